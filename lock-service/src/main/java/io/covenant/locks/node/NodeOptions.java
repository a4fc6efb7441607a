package io.covenant.locks.node;

import io.covenant.consensus.node.NodeSettings;
import io.covenant.consensus.raft.Settings;
import io.covenant.locks.primary.PrimarySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What a replica has to know to run.
///
/// @param name       of this node, as in its certificate
/// @param group      the same for all nodes of a service
/// @param directory  its own
/// @param founders   the names of those who found the group together; empty for a node that joins
/// @param places     where nodes are, this one among them
/// @param tls        its identity and whom it trusts; empty only for tries on one machine
/// @param raft       times of the consensus
/// @param primary    times and bounds of the primary's part
/// @param keptEvents that can be asked for again
/// @param perStream  events that may wait for one reader
/// @param streams    readers at one time
/// @param entriesPerSnapshot after so many entries a snapshot takes the place of the log's beginning
public record NodeOptions(
        String name,
        String group,
        Path directory,
        List<String> founders,
        Map<String, Place> places,
        Optional<SSLContext> tls,
        Settings raft,
        PrimarySettings primary,
        int keptEvents,
        int perStream,
        int streams,
        int entriesPerSnapshot) {

    public NodeOptions {
        founders = List.copyOf(founders);
        places = Map.copyOf(places);
        if (!places.containsKey(name)) {
            throw new IllegalArgumentException("nobody says where %s itself is".formatted(name));
        }
        if (keptEvents < 1 || perStream < 1 || streams < 0 || entriesPerSnapshot < 1) {
            throw new IllegalArgumentException("bounds are positive");
        }
        for (var founder : founders) {
            if (!places.containsKey(founder)) {
                throw new IllegalArgumentException("nobody says where the founder %s is".formatted(founder));
            }
        }
    }

    /// With the usual times and bounds.
    public static NodeOptions standard(
            String name,
            String group,
            Path directory,
            List<String> founders,
            Map<String, Place> places,
            Optional<SSLContext> tls) {
        return new NodeOptions(
                name,
                group,
                directory,
                founders,
                places,
                tls,
                Settings.standard(),
                PrimarySettings.standard(),
                65_536,
                1_024,
                4_096,
                50_000);
    }

    public NodeOptions withRaft(Settings other) {
        return new NodeOptions(
                name,
                group,
                directory,
                founders,
                places,
                tls,
                other,
                primary,
                keptEvents,
                perStream,
                streams,
                entriesPerSnapshot);
    }

    public NodeOptions withPrimary(PrimarySettings other) {
        return new NodeOptions(
                name,
                group,
                directory,
                founders,
                places,
                tls,
                raft,
                other,
                keptEvents,
                perStream,
                streams,
                entriesPerSnapshot);
    }

    public NodeOptions withStreams(int events, int waiting, int readers) {
        return new NodeOptions(
                name,
                group,
                directory,
                founders,
                places,
                tls,
                raft,
                primary,
                events,
                waiting,
                readers,
                entriesPerSnapshot);
    }

    NodeSettings settings() {
        return NodeSettings.standard(group, name).withRaft(raft).withEntriesPerSnapshot(entriesPerSnapshot);
    }
}
