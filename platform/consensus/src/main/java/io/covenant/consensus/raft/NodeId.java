package io.covenant.consensus.raft;

import java.util.regex.Pattern;

/// A member of a group: a node's name and the disk that it remembers with.
///
/// A node that lost its disk has forgotten its votes and what it acknowledged, so it must not come back as
/// the member that it was: it gets another disk number, and with it joins as somebody new.
///
/// @param name how the node is addressed
/// @param disk 0 for a founder, for all others drawn at random when the disk is first used
public record NodeId(String name, long disk) implements Comparable<NodeId> {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    public NodeId {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a node's name is " + NAME + ", not '" + name + "'");
        }
    }

    /// A member from the beginning of the group.
    public static NodeId founder(String name) {
        return new NodeId(name, 0);
    }

    @Override
    public int compareTo(NodeId other) {
        var byName = name.compareTo(other.name);
        return byName != 0 ? byName : Long.compare(disk, other.disk);
    }

    @Override
    public String toString() {
        return disk == 0 ? name : name + "#" + Long.toHexString(disk);
    }
}
