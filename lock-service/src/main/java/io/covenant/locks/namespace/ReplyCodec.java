package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Reply.Cancelled.Undone;
import java.io.IOException;

/// Remembered answers, as they stand in a snapshot.
final class ReplyCodec {

    private static final int MOST_ITEMS = 4_096;

    private ReplyCodec() {}

    static void encode(Encoder out, Reply reply) {
        switch (reply) {
            case Reply.Done _ -> out.octet(1);
            case Reply.SessionOpened(var session, var ttl) -> {
                out.octet(2);
                out.number(session);
                out.number(ttl);
            }
            case Reply.NoSuchSession(var session) -> {
                out.octet(3);
                out.number(session);
            }
            case Reply.Granted(var grants) -> {
                out.octet(4);
                out.list(grants, grant -> {
                    out.text(grant.name());
                    out.oneOf(grant.mode());
                    out.number(grant.token());
                    out.number(grant.holds());
                });
            }
            case Reply.Waiting(var ticket, var position) -> {
                out.octet(5);
                out.number(ticket);
                out.number(position);
            }
            case Reply.Busy(var name, var session, var token) -> {
                out.octet(6);
                out.text(name);
                out.number(session);
                out.number(token);
            }
            case Reply.Delayed(var name, var until) -> {
                out.octet(7);
                out.text(name);
                out.number(until);
            }
            case Reply.TimedOut _ -> out.octet(8);
            case Reply.Deadlock(var cycle) -> {
                out.octet(9);
                out.list(cycle, step -> {
                    out.number(step.owner().session());
                    out.number(step.owner().strand());
                    out.text(step.name());
                });
            }
            case Reply.Cancelled(var undone) -> {
                out.octet(10);
                out.oneOf(undone);
            }
            case Reply.Released(var holds) -> {
                out.octet(11);
                out.list(holds, hold -> out.number(hold));
            }
            case Reply.StaleToken(var name, var current) -> {
                out.octet(12);
                out.text(name);
                out.number(current);
            }
            case Reply.FileWritten(var instance, var generation) -> {
                out.octet(13);
                out.number(instance);
                out.number(generation);
            }
            case Reply.WrongGeneration(var path, var current) -> {
                out.octet(14);
                out.text(path);
                out.number(current);
            }
            case Reply.LeasesNoted(var leases, var extended) -> {
                out.octet(15);
                out.number(leases);
                out.number(extended);
            }
            case Reply.Refused(var code, var about, var bound) -> {
                out.octet(16);
                out.oneOf(code);
                out.text(about);
                out.number(bound);
            }
        }
    }

    static Reply decode(Decoder in) throws IOException {
        int kind = in.octet();
        return switch (kind) {
            case 1 -> new Reply.Done();
            case 2 -> new Reply.SessionOpened(in.number(), in.number());
            case 3 -> new Reply.NoSuchSession(in.number());
            case 4 -> new Reply.Granted(in.list(MOST_ITEMS, () -> grant(in)));
            case 5 -> new Reply.Waiting(in.number(), in.size(Integer.MAX_VALUE));
            case 6 -> new Reply.Busy(CommandCodec.name(in), in.number(), in.number());
            case 7 -> new Reply.Delayed(CommandCodec.name(in), in.number());
            case 8 -> new Reply.TimedOut();
            case 9 -> new Reply.Deadlock(in.list(MOST_ITEMS, () -> step(in)));
            case 10 -> new Reply.Cancelled(in.oneOf(Undone.values()));
            case 11 -> new Reply.Released(in.list(MOST_ITEMS, () -> in.size(Integer.MAX_VALUE)));
            case 12 -> new Reply.StaleToken(CommandCodec.name(in), in.number());
            case 13 -> new Reply.FileWritten(in.number(), in.number());
            case 14 -> new Reply.WrongGeneration(CommandCodec.name(in), in.number());
            case 15 -> new Reply.LeasesNoted(in.size(Integer.MAX_VALUE), in.size(Integer.MAX_VALUE));
            case 16 -> new Reply.Refused(in.oneOf(RefusalCode.values()), CommandCodec.name(in), in.number());
            default -> throw new MalformedException("no answer of kind " + kind);
        };
    }

    private static Reply.Grant grant(Decoder in) throws IOException {
        return new Reply.Grant(CommandCodec.name(in), in.oneOf(Mode.values()), in.number(), in.size(Integer.MAX_VALUE));
    }

    private static Reply.Step step(Decoder in) throws IOException {
        return new Reply.Step(new Owner(in.number(), in.number()), CommandCodec.name(in));
    }
}
