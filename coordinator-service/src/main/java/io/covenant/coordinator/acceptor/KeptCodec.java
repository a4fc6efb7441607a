package io.covenant.coordinator.acceptor;

import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// What an acceptor keeps, as bytes for its log and its snapshots. Each record begins with the version that it is
/// written in, so that a later program can read what an earlier one wrote, and an earlier one refuses what it does not
/// understand.
final class KeptCodec {

    private static final int VERSION = 1;

    private static final int HORIZON = 1;
    private static final int BLANK = 2;
    private static final int OPEN = 3;
    private static final int CLOSED = 4;
    private static final int DROPPED = 5;

    private KeptCodec() {}

    static byte[] encode(Kept kept) {
        var bytes = new ByteArrayOutputStream();
        try {
            write(kept, new DataOutputStream(bytes));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException when no program as old as this one wrote these bytes
    static Kept decode(byte[] bytes) throws IOException {
        return read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    static void write(Kept kept, DataOutput out) throws IOException {
        out.writeByte(VERSION);
        switch (kept) {
            case Kept.Horizon(var bornMillis) -> {
                out.writeByte(HORIZON);
                out.writeLong(bornMillis);
            }
            case Kept.Entry(var id, var state) -> {
                out.writeByte(kind(state));
                PaxosBytes.write(id, out);
                write(state, out);
            }
        }
    }

    private static int kind(State state) {
        return switch (state) {
            case State.Blank _ -> BLANK;
            case State.Open _ -> OPEN;
            case State.Closed _ -> CLOSED;
            case State.Dropped _ -> DROPPED;
        };
    }

    private static void write(State state, DataOutput out) throws IOException {
        switch (state) {
            case State.Blank _, State.Dropped _ -> {}
            case State.Open(var promised, var accepted) -> {
                PaxosBytes.write(promised, out);
                PaxosBytes.writeOptional(accepted, out);
            }
            case State.Closed(var outcome, var ended) -> {
                PaxosBytes.write(outcome, out);
                out.writeBoolean(ended);
            }
        }
    }

    static Kept read(DataInput in) throws IOException {
        var version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a record of version %d, which this program does not know; a later one wrote it"
                    .formatted(version));
        }
        var kind = in.readUnsignedByte();
        if (kind == HORIZON) {
            return new Kept.Horizon(in.readLong());
        }
        return new Kept.Entry(
                PaxosBytes.transactionId(in),
                switch (kind) {
                    case BLANK -> new State.Blank();
                    case DROPPED -> new State.Dropped();
                    case OPEN -> new State.Open(PaxosBytes.ballot(in), PaxosBytes.optionalAccepted(in));
                    case CLOSED -> new State.Closed(PaxosBytes.outcome(in), in.readBoolean());
                    default -> throw PaxosBytes.unknown("a record", kind);
                });
    }
}
