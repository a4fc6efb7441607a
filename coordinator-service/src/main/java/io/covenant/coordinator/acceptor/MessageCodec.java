package io.covenant.coordinator.acceptor;

import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/// What coordinators ask and answer as acceptors, as a text that is safe within JSON.
public final class MessageCodec {

    private static final int VERSION = 1;

    private static final int CLAIM = 1;
    private static final int CAST = 2;
    private static final int ACCEPT = 3;
    private static final int CLOSE = 4;
    private static final int DROP = 5;

    private static final int PROMISED = 1;
    private static final int TOOK = 2;
    private static final int OUTBID = 3;
    private static final int CLOSED = 4;
    private static final int FORGOTTEN = 5;

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private MessageCodec() {}

    public static String write(Request request) {
        return text(out -> {
            switch (request) {
                case Request.Claim(var ballot) -> {
                    out.writeByte(CLAIM);
                    PaxosBytes.write(ballot, out);
                }
                case Request.Cast(var ballot, var plan, var who) -> {
                    out.writeByte(CAST);
                    PaxosBytes.write(ballot, out);
                    PaxosBytes.write(plan, out);
                    out.writeUTF(who.name());
                }
                case Request.Accept(var ballot, var outcome) -> {
                    out.writeByte(ACCEPT);
                    PaxosBytes.write(ballot, out);
                    PaxosBytes.write(outcome, out);
                }
                case Request.Close(var outcome, var ended) -> {
                    out.writeByte(CLOSE);
                    PaxosBytes.write(outcome, out);
                    out.writeBoolean(ended);
                }
                case Request.Drop _ -> out.writeByte(DROP);
            }
        });
    }

    public static String write(Reply reply) {
        return text(out -> {
            switch (reply) {
                case Reply.Promised(var ballot, var accepted) -> {
                    out.writeByte(PROMISED);
                    PaxosBytes.write(ballot, out);
                    PaxosBytes.writeOptional(accepted, out);
                }
                case Reply.Took(var ballot, var outcome) -> {
                    out.writeByte(TOOK);
                    PaxosBytes.write(ballot, out);
                    PaxosBytes.write(outcome, out);
                }
                case Reply.Outbid(var ballot, var promised) -> {
                    out.writeByte(OUTBID);
                    PaxosBytes.write(ballot, out);
                    PaxosBytes.write(promised, out);
                }
                case Reply.Closed(var outcome, var ended) -> {
                    out.writeByte(CLOSED);
                    PaxosBytes.write(outcome, out);
                    out.writeBoolean(ended);
                }
                case Reply.Forgotten _ -> out.writeByte(FORGOTTEN);
            }
        });
    }

    /// @throws IllegalArgumentException when no program as old as this one wrote this
    public static Request request(String text) {
        try (var in = in(text)) {
            var kind = in.readUnsignedByte();
            return switch (kind) {
                case CLAIM -> new Request.Claim(PaxosBytes.ballot(in));
                case CAST -> {
                    var ballot = PaxosBytes.ballot(in);
                    var plan = PaxosBytes.plan(in);
                    var name = in.readUTF();
                    yield new Request.Cast(
                            ballot,
                            plan,
                            plan.branches().stream()
                                    .filter(branch -> branch.name().equals(name))
                                    .findFirst()
                                    .orElseThrow(() -> new IOException("a vote of a branch that is not planned")));
                }
                case ACCEPT -> new Request.Accept(PaxosBytes.ballot(in), PaxosBytes.outcome(in));
                case CLOSE -> new Request.Close(PaxosBytes.outcome(in), in.readBoolean());
                case DROP -> new Request.Drop();
                default -> throw PaxosBytes.unknown("a request", kind);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// @throws IllegalArgumentException when no program as old as this one wrote this
    public static Reply reply(String text) {
        try (var in = in(text)) {
            var kind = in.readUnsignedByte();
            return switch (kind) {
                case PROMISED -> new Reply.Promised(PaxosBytes.ballot(in), PaxosBytes.optionalAccepted(in));
                case TOOK -> new Reply.Took(PaxosBytes.ballot(in), PaxosBytes.outcome(in));
                case OUTBID -> new Reply.Outbid(PaxosBytes.ballot(in), PaxosBytes.ballot(in));
                case CLOSED -> new Reply.Closed(PaxosBytes.outcome(in), in.readBoolean());
                case FORGOTTEN -> new Reply.Forgotten();
                default -> throw PaxosBytes.unknown("a reply", kind);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String text(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writing.to(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static DataInputStream in(String text) throws IOException {
        var in =
                new DataInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)));
        var version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a message of version %d, which this program does not know".formatted(version));
        }
        return in;
    }
}
