package io.covenant.locks.cluster;

import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.wal.SimulatedStorage;
import java.time.Duration;

/// What stays of a server while its process comes and goes.
///
/// @param founders nobody, for one that joins
/// @param rate     of its clock
/// @param slowest  force of its disk
/// @param lag      by which its state machine is behind its log at most
/// @param coded    messages go through the codec
/// @param saveEach so many entries
record Machine(
        NodeId id,
        Members founders,
        SimulatedStorage storage,
        Settings settings,
        double rate,
        Duration slowest,
        Duration lag,
        boolean coded,
        int saveEach) {

    Machine with(SimulatedStorage other) {
        return new Machine(id, founders, other, settings, rate, slowest, lag, coded, saveEach);
    }
}
