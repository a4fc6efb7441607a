package io.covenant.consensus.raft;

import java.util.List;

/// What a kernel hears. Tickets are the shell's and come back with the [Answer].
public sealed interface Input {

    /// Time has passed; due at [Raft#deadline] at the latest.
    record Tick() implements Input {}

    record Receive(Envelope envelope) implements Input {}

    /// All writes up to this one are durable.
    record Persisted(long write) implements Input {}

    /// Append this to the log. The array belongs to the kernel from here on.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Propose(long ticket, byte[] command) implements Input {}

    /// Is this node still the leader? Answered by what a majority says after this question was asked.
    record ConfirmLeadership(long ticket) implements Input {}

    /// Make another voter the leader.
    record TransferLeadership(long ticket, NodeId target) implements Input {}

    record ChangeMembers(long ticket, MemberChange change) implements Input {}

    /// The state machine was saved durably, and may be asked for from now on.
    record SnapshotTaken(Snapshot snapshot) implements Input {}

    /// What [Effect.ReadSnapshot] asked for.
    ///
    /// @param last nothing comes after these bytes
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record SnapshotRead(NodeId follower, Snapshot snapshot, long offset, byte[] bytes, boolean last) implements Input {}

    /// All chunks of a received snapshot are durable under its name.
    record SnapshotStored(Snapshot snapshot) implements Input {}

    /// What [Effect.Fetch] asked for, from its first index on, without gaps.
    record Fetched(NodeId follower, List<Entry> entries) implements Input {
        public Fetched {
            entries = List.copyOf(entries);
        }
    }
}
