package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Command.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Commands as the bytes of log entries: a version, a kind, and the fields in their order.
///
/// Bounds here are wider than the [Limits], so that what breaks a limit can be refused by name; what breaks
/// these is not encoded at all.
public final class CommandCodec {

    static final int MOST_NAME = 1_024;
    static final int MOST_TEXT = 2_048;
    static final int MOST_CONTENT = 128 * 1_024;
    static final int MOST_NAMES = 256;

    /// So many leases go into one checkpoint; a primary with more sessions proposes several.
    public static final int MOST_LEASES = 4_096;

    private static final int VERSION = 1;
    private static final int ACQUIRE = 5;
    private static final int RELEASE = 6;
    private static final int CANCEL = 7;

    private CommandCodec() {}

    /// Whether the bytes from here on are an acquire, a release or a cancel. Of all commands these concern no more
    /// names than they tell.
    public static boolean isOfLocks(byte[] bytes, int from) {
        return bytes.length > from + 1
                && bytes[from] == VERSION
                && (bytes[from + 1] == ACQUIRE || bytes[from + 1] == RELEASE || bytes[from + 1] == CANCEL);
    }

    /// @throws IllegalArgumentException when it is too large for an entry
    public static byte[] encode(Command command) {
        var out = new Encoder();
        out.octet(VERSION);
        switch (command) {
            case Command.OpenSession(var name, var principal, var ttl) -> {
                out.octet(1);
                text(out, name, MOST_NAME);
                text(out, principal, MOST_NAME);
                out.number(ttl);
            }
            case Command.CloseSession(var session) -> {
                out.octet(2);
                out.number(session);
            }
            case Command.ExpireSession(var session, var renewSeq) -> {
                out.octet(3);
                out.number(session);
                out.number(renewSeq);
            }
            case Command.LeaseCheckpoint(var leases) -> {
                out.octet(4);
                list(leases, MOST_LEASES);
                out.list(leases, lease -> encode(out, lease));
            }
            case Command.Acquire acquire -> encode(out, acquire);
            case Command.Release(var origin, var strand, var names, var token) -> {
                out.octet(RELEASE);
                encode(out, origin);
                out.number(strand);
                list(names, MOST_NAMES);
                out.list(names, name -> text(out, name, MOST_NAME));
                out.number(token);
            }
            case Command.Cancel(var origin, var requestSeq) -> {
                out.octet(CANCEL);
                encode(out, origin);
                out.number(requestSeq);
            }
            case Command.PutFile(var origin, var path, var content, var expected, var ephemeral) -> {
                out.octet(8);
                encode(out, origin);
                text(out, path, MOST_NAME);
                content(out, content);
                out.number(expected + 1);
                out.flag(ephemeral);
            }
            case Command.MakeDirectory(var origin, var path) -> {
                out.octet(9);
                encode(out, origin);
                text(out, path, MOST_NAME);
            }
            case Command.DeleteFile(var origin, var path, var expected) -> {
                out.octet(10);
                encode(out, origin);
                text(out, path, MOST_NAME);
                out.number(expected + 1);
            }
            case Command.SetAcl(var origin, var path, var acl, var expected) -> {
                out.octet(11);
                encode(out, origin);
                text(out, path, MOST_NAME);
                encode(out, acl);
                out.number(expected + 1);
            }
            case Command.AckReplies(var session, var ackUpTo) -> {
                out.octet(12);
                out.number(session);
                out.number(ackUpTo);
            }
            case Command.WaitTimeout(var session, var requestSeq) -> {
                out.octet(13);
                out.number(session);
                out.number(requestSeq);
            }
            case Command.LockDelayEnd(var name) -> {
                out.octet(14);
                text(out, name, MOST_NAME);
            }
            case Command.ForceRelease(var name, var token, var by, var reason) -> {
                out.octet(15);
                text(out, name, MOST_NAME);
                out.number(token);
                text(out, by, MOST_TEXT);
                text(out, reason, MOST_TEXT);
            }
            case Command.RaiseEpoch(var epoch) -> {
                out.octet(16);
                out.number(epoch);
            }
            case Command.Barrier _ -> out.octet(17);
            case Command.Note(var act, var name, var by, var reason) -> {
                out.octet(18);
                out.oneOf(act);
                text(out, name, MOST_NAME);
                text(out, by, MOST_TEXT);
                text(out, reason, MOST_TEXT);
            }
        }
        return out.toBytes();
    }

    /// @throws MalformedException when [#encode] never writes these bytes
    public static Command decode(byte[] bytes) throws MalformedException {
        try {
            var in = new Decoder(bytes);
            int version = in.octet();
            if (version != VERSION) {
                throw new MalformedException("version " + version + " of a command");
            }
            var command = decode(in);
            in.requireEnd();
            return command;
        } catch (MalformedException malformed) {
            throw malformed;
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Command decode(Decoder in) throws IOException {
        int kind = in.octet();
        return switch (kind) {
            case 1 -> new Command.OpenSession(name(in), name(in), in.number());
            case 2 -> new Command.CloseSession(in.number());
            case 3 -> new Command.ExpireSession(in.number(), in.number());
            case 4 -> new Command.LeaseCheckpoint(in.list(MOST_LEASES, () -> lease(in)));
            case ACQUIRE -> acquire(in);
            case RELEASE ->
                new Command.Release(origin(in), in.number(), in.list(MOST_NAMES, () -> name(in)), in.number());
            case CANCEL -> new Command.Cancel(origin(in), in.number());
            case 8 -> new Command.PutFile(origin(in), name(in), content(in), in.number() - 1, in.flag());
            case 9 -> new Command.MakeDirectory(origin(in), name(in));
            case 10 -> new Command.DeleteFile(origin(in), name(in), in.number() - 1);
            case 11 -> new Command.SetAcl(origin(in), name(in), acl(in), in.number() - 1);
            case 12 -> new Command.AckReplies(in.number(), in.number());
            case 13 -> new Command.WaitTimeout(in.number(), in.number());
            case 14 -> new Command.LockDelayEnd(name(in));
            case 15 -> new Command.ForceRelease(name(in), in.number(), in.text(MOST_TEXT), in.text(MOST_TEXT));
            case 16 -> new Command.RaiseEpoch(in.number());
            case 17 -> new Command.Barrier();
            case 18 ->
                new Command.Note(in.oneOf(OperatorAct.values()), name(in), in.text(MOST_TEXT), in.text(MOST_TEXT));
            default -> throw new MalformedException("no command of kind " + kind);
        };
    }

    private static void encode(Encoder out, Command.Acquire acquire) {
        out.octet(ACQUIRE);
        encode(out, acquire.origin());
        out.number(acquire.strand());
        list(acquire.wants(), MOST_NAMES);
        out.list(acquire.wants(), want -> encode(out, want));
        out.number(acquire.waitMillis());
        out.number(acquire.lockDelayMillis());
        content(out, acquire.value());
    }

    private static Command acquire(Decoder in) throws IOException {
        return new Command.Acquire(
                origin(in), in.number(), in.list(MOST_NAMES, () -> want(in)), in.number(), in.number(), content(in));
    }

    private static void encode(Encoder out, Origin origin) {
        out.number(origin.session());
        out.number(origin.seq());
        out.number(origin.ackUpTo());
    }

    private static Origin origin(Decoder in) throws IOException {
        return new Origin(in.number(), in.number(), in.number());
    }

    private static void encode(Encoder out, Command.Lease lease) {
        out.number(lease.session());
        out.number(lease.renewSeq());
        out.number(lease.remainingMillis());
        out.number(lease.extensionMillis());
    }

    private static Command.Lease lease(Decoder in) throws IOException {
        return new Command.Lease(in.number(), in.number(), in.number(), in.number());
    }

    static void encode(Encoder out, Want want) {
        text(out, want.name(), MOST_NAME);
        out.oneOf(want.mode());
        if (want.mode() == Mode.PERMITS) {
            out.number(want.permits());
            out.number(want.capacity());
        }
    }

    static Want want(Decoder in) throws IOException {
        var name = name(in);
        var mode = in.oneOf(Mode.values());
        return mode == Mode.PERMITS
                ? Want.permits(name, in.size(Integer.MAX_VALUE), in.size(Integer.MAX_VALUE))
                : new Want(name, mode, 0, 0);
    }

    static void encode(Encoder out, Acl acl) {
        for (var principals : List.of(acl.readers(), acl.writers(), acl.changers())) {
            list(principals, MOST_NAMES);
            out.list(principals, principal -> text(out, principal, MOST_NAME));
        }
    }

    static Acl acl(Decoder in) throws IOException {
        return new Acl(principals(in), principals(in), principals(in));
    }

    private static List<String> principals(Decoder in) throws IOException {
        return in.list(MOST_NAMES, () -> name(in));
    }

    static String name(Decoder in) throws IOException {
        return in.text(MOST_NAME);
    }

    static Content content(Decoder in) throws IOException {
        return Content.of(in.bytes(MOST_CONTENT));
    }

    private static void content(Encoder out, Content content) {
        require(content.size(), MOST_CONTENT);
        content.encode(out);
    }

    static void text(Encoder out, String text, int mostBytes) {
        // A character takes at most three bytes, two of a pair take four.
        if (text.length() > mostBytes / 3) {
            require(text.getBytes(StandardCharsets.UTF_8).length, mostBytes);
        }
        out.text(text);
    }

    private static void list(List<?> items, int most) {
        require(items.size(), most);
    }

    private static void require(int size, int most) {
        if (size > most) {
            throw new IllegalArgumentException(size + " where at most " + most + " are allowed");
        }
    }
}
