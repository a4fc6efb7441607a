package io.covenant.coordinator.acceptor;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What an acceptor keeps about its group.
///
/// An empty directory is either that of a member of a new group, or one that lost its disk and with it what it had
/// promised. It cannot tell; the others can, because each disk has a number, and introduces itself to them before it
/// promises anything. Whoever knows another disk of that member refuses.
///
/// @param disk     drawn when the directory was made
/// @param members  all acceptors of the group; the same for ever
/// @param admitted whether so many of the others know this disk that it may take part
/// @param disks    those of the others that have introduced themselves, by member
record Membership(long disk, SortedSet<String> members, boolean admitted, SortedMap<String, Long> disks) {

    private static final int VERSION = 1;

    Membership {
        members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
        disks = Collections.unmodifiableSortedMap(new TreeMap<>(disks));
    }

    /// A directory that was just made. Alone it has nobody to ask.
    static Membership founder(long disk, SortedSet<String> members) {
        return new Membership(disk, members, members.size() == 1, Collections.emptySortedMap());
    }

    /// How many of the others have to know a disk before it takes part: so many that, when it is lost, any as many that
    /// are asked have one of these among them.
    int introductions() {
        return members.size() == 1 ? 0 : members.size() / 2 + 1;
    }

    Membership admittedNow() {
        return new Membership(disk, members, true, disks);
    }

    /// Whether this is the disk of that member, as far as is known.
    boolean believes(String member, long itsDisk) {
        return disks.getOrDefault(member, itsDisk) == itsDisk;
    }

    boolean knows(String member) {
        return disks.containsKey(member);
    }

    Membership with(String member, long itsDisk) {
        var more = new TreeMap<>(disks);
        more.put(member, itsDisk);
        return new Membership(disk, members, admitted, more);
    }

    byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(disk);
            out.writeBoolean(admitted);
            out.writeShort(members.size());
            for (var member : members) {
                out.writeUTF(member);
            }
            out.writeShort(disks.size());
            for (Map.Entry<String, Long> other : disks.entrySet()) {
                out.writeUTF(other.getKey());
                out.writeLong(other.getValue());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static Membership of(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException(
                        "a membership of version %d, which this program does not know; a later one wrote it"
                                .formatted(version));
            }
            var disk = in.readLong();
            var admitted = in.readBoolean();
            var members = new TreeSet<String>();
            for (var left = in.readUnsignedShort(); left > 0; left--) {
                members.add(in.readUTF());
            }
            var disks = new TreeMap<String, Long>();
            for (var left = in.readUnsignedShort(); left > 0; left--) {
                disks.put(in.readUTF(), in.readLong());
            }
            return new Membership(disk, members, admitted, disks);
        }
    }
}
