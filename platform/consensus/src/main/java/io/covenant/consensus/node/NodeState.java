package io.covenant.consensus.node;

import io.covenant.consensus.raft.HardState;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.raft.StorageCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The small state of a node, in its log: who it is, whom it began with, and what it must not forget.
///
/// @param founders nobody, for a node that joined
record NodeState(NodeId self, Members founders, HardState hard) {

    private static final int VERSION = 1;

    NodeState with(HardState newer) {
        return new NodeState(self, founders, newer);
    }

    byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(self.name());
            out.writeLong(self.disk());
            write(out, StorageCodec.encode(new Snapshot(0, 0, founders)));
            write(out, StorageCodec.encode(hard));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static NodeState of(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException(
                        "the state of this node has version %d, this program knows %d".formatted(version, VERSION));
            }
            var self = new NodeId(in.readUTF(), in.readLong());
            return new NodeState(self, StorageCodec.snapshot(read(in)).members(), StorageCodec.state(read(in)));
        }
    }

    private static void write(DataOutputStream out, byte[] part) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }

    private static byte[] read(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
