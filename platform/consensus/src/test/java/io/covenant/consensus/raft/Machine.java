package io.covenant.consensus.raft;

import io.covenant.consensus.raft.Wire.Reader;
import io.covenant.consensus.raft.Wire.Writer;

/// A state machine that remembers everything, in little room: two of them are equal when they were given the
/// same entries in the same order.
///
/// @param index  of the entry that was applied last
/// @param term   of that entry
/// @param millis the logical time
/// @param digest of all entries so far
record Machine(long index, long term, long millis, long digest) {

    static final Machine NEW = new Machine(0, 0, 0, 1);

    Machine apply(Entry entry) {
        if (entry.index() != index + 1) {
            throw new AssertionError("entry " + entry.index() + " is applied after " + index);
        }
        var mixed =
                (digest ^ entry.payload().hashCode()) * 0x9E3779B97F4A7C15L + entry.term() * 31 + entry.timeMillis();
        return new Machine(entry.index(), entry.term(), Math.max(millis, entry.timeMillis()), mixed ^ (mixed >>> 29));
    }

    byte[] toBytes() {
        var out = new Writer(64);
        out.number(index);
        out.number(term);
        out.number(millis);
        out.fixed(digest);
        out.bytes(new byte[Math.floorMod(digest, 150)]);
        return out.toBytes();
    }

    static Machine of(byte[] bytes) {
        var in = new Reader(bytes);
        var machine = new Machine(in.number(), in.number(), in.number(), in.fixed());
        in.bytes();
        in.end();
        return machine;
    }
}
