package io.covenant.consensus.register;

import io.covenant.consensus.register.Registers.Kept;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// What an acceptor keeps, as bytes for its log and its snapshots.
public final class KeptCodec {

    private static final int HORIZON = 1;
    private static final int PROMISED = 2;
    private static final int VOTED = 3;
    private static final int CLOSED = 4;
    private static final int BLANK = 5;
    private static final int LARGEST_VALUE = 16 * 1024 * 1024;

    private KeptCodec() {}

    public static byte[] encode(Kept kept) {
        var bytes = new ByteArrayOutputStream();
        try {
            write(kept, new DataOutputStream(bytes));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException when these bytes were never encoded here
    public static Kept decode(byte[] bytes) throws IOException {
        return read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    public static void write(Kept kept, DataOutput out) throws IOException {
        switch (kept) {
            case Kept.Horizon(var born) -> {
                out.writeByte(HORIZON);
                out.writeLong(born);
            }
            case Kept.Register(var key, var state) -> {
                out.writeByte(code(state));
                out.writeLong(key.born());
                out.writeUTF(key.name());
                write(state, out);
            }
        }
    }

    private static int code(Acceptor.State state) {
        return switch (state) {
            case Acceptor.State.Blank _ -> BLANK;
            case Acceptor.State.Promised _ -> PROMISED;
            case Acceptor.State.Voted _ -> VOTED;
            case Acceptor.State.Closed _ -> CLOSED;
        };
    }

    private static void write(Acceptor.State state, DataOutput out) throws IOException {
        switch (state) {
            case Acceptor.State.Blank _ -> {}
            case Acceptor.State.Promised(var ballot) -> write(ballot, out);
            case Acceptor.State.Voted(var promised, var vote) -> {
                write(promised, out);
                write(vote.ballot(), out);
                write(vote.value(), out);
            }
            case Acceptor.State.Closed(var chosen) -> write(chosen, out);
        }
    }

    private static void write(Ballot ballot, DataOutput out) throws IOException {
        out.writeLong(ballot.round());
        out.writeUTF(ballot.proposer());
        out.writeLong(ballot.incarnation());
    }

    private static void write(Value value, DataOutput out) throws IOException {
        var bytes = value.bytes();
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    public static Kept read(DataInput in) throws IOException {
        var code = in.readUnsignedByte();
        if (code == HORIZON) {
            return new Kept.Horizon(in.readLong());
        }
        var key = new RegisterKey(in.readLong(), in.readUTF());
        return new Kept.Register(
                key,
                switch (code) {
                    case BLANK -> new Acceptor.State.Blank();
                    case PROMISED -> new Acceptor.State.Promised(ballot(in));
                    case VOTED -> new Acceptor.State.Voted(ballot(in), new Vote(ballot(in), value(in)));
                    case CLOSED -> new Acceptor.State.Closed(value(in));
                    default ->
                        throw new IOException("a record of kind %d, which this program does not know".formatted(code));
                });
    }

    private static Ballot ballot(DataInput in) throws IOException {
        return new Ballot(in.readLong(), in.readUTF(), in.readLong());
    }

    private static Value value(DataInput in) throws IOException {
        var length = in.readInt();
        if (length < 0 || length > LARGEST_VALUE) {
            throw new IOException("a value of %d bytes".formatted(length));
        }
        var bytes = new byte[length];
        in.readFully(bytes);
        return Value.of(bytes);
    }
}
