package io.covenant.consensus.node;

import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.raft.StorageCodec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// What stands before the state machine's own bytes in a snapshot.
///
/// @param timeMillis of the group when it was taken
record SnapshotHeader(Snapshot snapshot, long timeMillis) {

    private static final int LARGEST = 1 << 20;

    void write(DataOutputStream out) throws IOException {
        var name = StorageCodec.encode(snapshot);
        out.writeInt(name.length);
        out.write(name);
        out.writeLong(timeMillis);
    }

    static SnapshotHeader read(DataInputStream in) throws IOException {
        var length = in.readInt();
        if (length < 0 || length > LARGEST) {
            throw new IOException("the header of a snapshot has " + length + " bytes");
        }
        return new SnapshotHeader(StorageCodec.snapshot(in.readNBytes(length)), in.readLong());
    }
}
