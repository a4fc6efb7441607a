package io.covenant.consensus.raft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The parts that messages and stored records are made of. Numbers take seven bits to a byte, least first.
final class Wire {

    private static final int NO_OP = 0;
    private static final int COMMAND = 1;
    private static final int RECONFIGURE = 2;

    private static final char AT = '@';

    /// The fewest bytes that an entry takes.
    private static final int LEAST_ENTRY = 3;

    /// The fewest bytes that a node's id takes.
    private static final int LEAST_NODE = 10;

    private Wire() {}

    static final class Writer {

        private byte[] bytes;
        private int length;

        Writer(int room) {
            bytes = new byte[room];
        }

        byte[] toBytes() {
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }

        void octet(int value) {
            room(1);
            bytes[length++] = (byte) value;
        }

        void flag(boolean value) {
            octet(value ? 1 : 0);
        }

        /// Eight bytes, for numbers that are drawn at random.
        void fixed(long value) {
            for (var shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                octet((int) (value >>> shift));
            }
        }

        void number(long value) {
            if (value < 0) {
                throw new IllegalArgumentException("a number is not negative: " + value);
            }
            var rest = value;
            for (; rest > 0x7f; rest >>>= 7) {
                octet((int) (rest & 0x7f) | 0x80);
            }
            octet((int) rest);
        }

        void bytes(byte[] some) {
            number(some.length);
            room(some.length);
            System.arraycopy(some, 0, bytes, length, some.length);
            length += some.length;
        }

        void node(NodeId node) {
            bytes(node.name().getBytes(StandardCharsets.US_ASCII));
            fixed(node.disk());
        }

        void members(Members members) {
            members(members.voters(), members.addresses());
            members(members.learners(), members.addresses());
        }

        /// An address stands behind its member's name.
        private void members(SortedSet<NodeId> nodes, Map<NodeId, String> addresses) {
            number(nodes.size());
            for (var node : nodes) {
                var address = addresses.get(node);
                bytes((address == null ? node.name() : node.name() + AT + address).getBytes(StandardCharsets.US_ASCII));
                fixed(node.disk());
            }
        }

        void snapshot(Snapshot snapshot) {
            number(snapshot.index());
            number(snapshot.term());
            members(snapshot.members());
        }

        /// Without its index.
        void entry(Entry entry) {
            number(entry.term());
            number(entry.timeMillis());
            switch (entry.payload()) {
                case Payload.NoOp _ -> octet(NO_OP);
                case Payload.Command(var command) -> {
                    octet(COMMAND);
                    bytes(command);
                }
                case Payload.Reconfigure(var members) -> {
                    octet(RECONFIGURE);
                    members(members);
                }
            }
        }

        void entries(List<Entry> entries) {
            number(entries.size());
            entries.forEach(this::entry);
        }

        void state(HardState state) {
            number(state.term());
            var votedFor = state.votedFor();
            flag(votedFor != null);
            if (votedFor != null) {
                node(votedFor);
            }
        }

        private void room(int more) {
            if (bytes.length - length < more) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
            }
        }
    }

    /// Never takes more memory than a small multiple of what it was given.
    static final class Reader {

        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        void end() {
            if (at != bytes.length) {
                throw new MalformedException(bytes.length - at + " bytes too many");
            }
        }

        int octet() {
            if (at == bytes.length) {
                throw new MalformedException("it ends too early");
            }
            return bytes[at++] & 0xff;
        }

        boolean flag() {
            var value = octet();
            if (value > 1) {
                throw new MalformedException("neither true nor false: " + value);
            }
            return value == 1;
        }

        long fixed() {
            var value = 0L;
            for (var shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                value |= (long) octet() << shift;
            }
            return value;
        }

        long number() {
            var value = 0L;
            for (var shift = 0; shift < Long.SIZE - 1; shift += 7) {
                var octet = octet();
                value |= (long) (octet & 0x7f) << shift;
                if (octet < 0x80) {
                    return value;
                }
            }
            throw new MalformedException("a number is too large");
        }

        /// How many things follow that take at least so many bytes each.
        private int count(int least) {
            var count = number();
            if (count > (bytes.length - at) / least) {
                throw new MalformedException(count + " do not fit into the rest");
            }
            return (int) count;
        }

        byte[] bytes() {
            var length = count(1);
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }

        NodeId node() {
            return node(new String(bytes(), StandardCharsets.US_ASCII));
        }

        private NodeId node(String name) {
            try {
                return new NodeId(name, fixed());
            } catch (IllegalArgumentException wrong) {
                throw new MalformedException("no node's name", wrong);
            }
        }

        Members members() {
            var addresses = new TreeMap<NodeId, String>();
            var voters = members(addresses);
            var learners = members(addresses);
            try {
                return new Members(voters, learners, addresses);
            } catch (IllegalArgumentException wrong) {
                throw new MalformedException("no members", wrong);
            }
        }

        private SortedSet<NodeId> members(SortedMap<NodeId, String> addresses) {
            var nodes = new TreeSet<NodeId>();
            for (var left = count(LEAST_NODE); left > 0; left--) {
                var text = new String(bytes(), StandardCharsets.US_ASCII);
                var at = text.indexOf(AT);
                var node = node(at < 0 ? text : text.substring(0, at));
                nodes.add(node);
                if (at >= 0) {
                    addresses.put(node, text.substring(at + 1));
                }
            }
            return nodes;
        }

        Snapshot snapshot() {
            return new Snapshot(number(), number(), members());
        }

        Entry entry(long index) {
            return new Entry(index, number(), number(), payload());
        }

        private Payload payload() {
            var kind = octet();
            return switch (kind) {
                case NO_OP -> new Payload.NoOp();
                case COMMAND -> new Payload.Command(bytes());
                case RECONFIGURE -> new Payload.Reconfigure(members());
                default -> throw new MalformedException("no kind of entry: " + kind);
            };
        }

        List<Entry> entries(long firstIndex) {
            var count = count(LEAST_ENTRY);
            var entries = new ArrayList<Entry>(count);
            for (var i = 0; i < count; i++) {
                entries.add(entry(firstIndex + i));
            }
            return List.copyOf(entries);
        }

        HardState state() {
            var term = number();
            @Nullable NodeId votedFor = flag() ? node() : null;
            return new HardState(term, votedFor);
        }
    }
}
