package io.covenant.consensus.raft;

import io.covenant.consensus.raft.Wire.Reader;
import io.covenant.consensus.raft.Wire.Writer;

/// What a shell stores, as bytes, and back. Check sums and lengths are the files' business.
public final class StorageCodec {

    private StorageCodec() {}

    public static byte[] encode(Entry entry) {
        var out = new Writer(entry.size());
        out.number(entry.index());
        out.entry(entry);
        return out.toBytes();
    }

    /// @throws MalformedException when these bytes are no entry
    public static Entry entry(byte[] bytes) {
        var in = new Reader(bytes);
        var entry = in.entry(in.number());
        in.end();
        return entry;
    }

    public static byte[] encode(HardState state) {
        var out = new Writer(64);
        out.state(state);
        return out.toBytes();
    }

    /// @throws MalformedException when these bytes are no state
    public static HardState state(byte[] bytes) {
        var in = new Reader(bytes);
        var state = in.state();
        in.end();
        return state;
    }

    public static byte[] encode(Snapshot snapshot) {
        var out = new Writer(256);
        out.snapshot(snapshot);
        return out.toBytes();
    }

    /// @throws MalformedException when these bytes are no snapshot's name
    public static Snapshot snapshot(byte[] bytes) {
        var in = new Reader(bytes);
        var snapshot = in.snapshot();
        in.end();
        return snapshot;
    }
}
