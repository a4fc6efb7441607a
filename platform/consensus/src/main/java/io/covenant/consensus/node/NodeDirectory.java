package io.covenant.consensus.node;

import io.covenant.consensus.raft.HardState;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.wal.Identity;
import io.covenant.consensus.wal.Storage;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// How a node's directory begins. Once it has begun, [RaftNode#open] goes on with it, time and again.
///
/// A group is founded once, by somebody who knows that it is new. A node that has lost its directory has
/// forgotten its votes: it is removed from its group, and joins as somebody new.
public final class NodeDirectory {

    private NodeDirectory() {}

    /// Makes the directory of a founder.
    ///
    /// @param founders the names of all founders, this one among them; the same on each of them
    /// @throws io.covenant.consensus.wal.DirectoryRefusedException when there is a node already
    public static NodeId found(Storage storage, NodeSettings settings, Collection<String> founders) throws IOException {
        return found(
                storage,
                settings,
                Members.of(founders.stream().map(NodeId::founder).toList()));
    }

    /// Makes the directory of a founder, of a group whose log says where its members are.
    ///
    /// @param founders the addresses of all founders by name; the same on each of them
    /// @throws io.covenant.consensus.wal.DirectoryRefusedException when there is a node already
    public static NodeId found(Storage storage, NodeSettings settings, Map<String, String> founders)
            throws IOException {
        var addresses = new TreeMap<NodeId, String>();
        founders.forEach((name, address) -> addresses.put(NodeId.founder(name), address));
        return found(storage, settings, Members.at(addresses));
    }

    private static NodeId found(Storage storage, NodeSettings settings, Members founders) throws IOException {
        var self = NodeId.founder(settings.name());
        if (!founders.isVoter(self)) {
            throw new IllegalArgumentException(settings.name() + " is none of the founders " + founders);
        }
        begin(storage, settings, self, founders);
        return self;
    }

    /// Makes the directory of a node that will be added to its group as a learner, under the id that this
    /// returns.
    ///
    /// @param disks draws the number of the disk
    /// @throws io.covenant.consensus.wal.DirectoryRefusedException when there is a node already
    public static NodeId join(Storage storage, NodeSettings settings, LongSupplier disks) throws IOException {
        var disk = disks.getAsLong();
        while (disk == 0) {
            disk = disks.getAsLong();
        }
        var self = new NodeId(settings.name(), disk);
        begin(storage, settings, self, Members.nobody());
        return self;
    }

    /// Whether there is a node in this directory.
    public static boolean exists(Storage storage, NodeSettings settings) throws IOException {
        if (!WriteAheadLog.exists(storage)) {
            return false;
        }
        try (var log = WriteAheadLog.open(storage, identity(settings), settings.log())) {
            return log.state() != null;
        }
    }

    static Identity identity(NodeSettings settings) {
        return new Identity(settings.group(), settings.name());
    }

    private static void begin(Storage storage, NodeSettings settings, NodeId self, Members founders)
            throws IOException {
        // A beginning that was interrupted left a log without a state: nobody has heard of that node.
        var interrupted = WriteAheadLog.exists(storage) && !exists(storage, settings);
        try (var log = interrupted
                ? WriteAheadLog.open(storage, identity(settings), settings.log())
                : WriteAheadLog.create(storage, identity(settings), settings.log())) {
            log.putState(new NodeState(self, founders, new HardState(0, null)).toBytes());
            log.force();
        }
    }
}
