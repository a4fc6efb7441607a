package io.covenant.locks.namespace;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// The replicated state as a stream of bytes: a version, the limits, then table by table in the order of
/// their keys, and a checksum. Equal states give equal bytes.
final class SnapshotCodec {

    private static final int MAGIC = 0x43764E53;
    private static final int VERSION = 2;

    /// Its audits are not chained.
    private static final int UNCHAINED = 1;
    private static final int MOST = Integer.MAX_VALUE;

    private SnapshotCodec() {}

    static void write(View view, OutputStream sink) throws IOException {
        try {
            var out = new Encoder(sink);
            out.number(MAGIC);
            out.octet(VERSION);
            LimitsCodec.encode(out, view.limits());
            out.number(view.index());
            out.number(view.timeMillis());
            out.number(view.epoch());
            out.list(view.sessions(), session -> encode(out, session));
            out.list(view.waiters(), waiter -> encode(out, waiter));
            out.list(view.locks(), lock -> encode(out, lock));
            out.list(view.files(), file -> encode(out, file));
            out.list(view.audit(), entry -> encode(out, entry));
            out.finish();
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    static State read(InputStream source) throws IOException {
        var in = new Decoder(source);
        if (in.number() != MAGIC) {
            throw new MalformedException("no snapshot of a namespace");
        }
        int version = in.octet();
        if (version != VERSION && version != UNCHAINED) {
            throw new MalformedException("version " + version + " of a snapshot");
        }
        var state = new State(LimitsCodec.decode(in));
        state.index = in.number();
        state.timeMillis = in.number();
        state.epoch = in.number();
        var filler = new StateFiller(state);
        filler.addSessions(in.list(MOST, () -> session(in)));
        filler.addWaiters(in.list(MOST, () -> waiter(in)));
        for (int locks = in.size(MOST); locks > 0; locks--) {
            filler.add(lock(in, filler));
        }
        for (int files = in.size(MOST); files > 0; files--) {
            filler.add(file(in));
        }
        readAudit(in, version, state);
        in.requireChecksum();
        in.requireEnd();
        filler.requireWhole();
        return state;
    }

    private static void encode(Encoder out, Session session) {
        out.number(session.id());
        out.text(session.name());
        out.text(session.principal());
        out.number(session.ttlMillis());
        out.number(session.renewSeq());
        out.number(session.leaseMillis());
        out.number(session.leaseAtMillis());
        out.number(session.extendedMillis());
        out.number(session.requests().floor());
        out.list(session.requests().entries(), entry -> {
            out.number(entry.seq());
            out.number(entry.fingerprint());
            ReplyCodec.encode(out, entry.reply());
        });
    }

    private static Session session(Decoder in) throws IOException {
        return new Session(
                in.number(),
                CommandCodec.name(in),
                CommandCodec.name(in),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                new Requests(
                        in.number(),
                        in.list(
                                MOST,
                                () -> new Requests.Entry(in.number(), (int) in.number(), ReplyCodec.decode(in)))));
    }

    private static void encode(Encoder out, Waiter waiter) {
        out.number(waiter.ticket());
        encode(out, waiter.owner());
        out.number(waiter.seq());
        out.list(waiter.wants(), want -> CommandCodec.encode(out, want));
        out.number(waiter.deadlineMillis());
        out.number(waiter.lockDelayMillis());
        waiter.value().encode(out);
    }

    private static Waiter waiter(Decoder in) throws IOException {
        return new Waiter(
                in.number(),
                owner(in),
                in.number(),
                List.copyOf(in.list(MOST, () -> CommandCodec.want(in))),
                in.number(),
                in.number(),
                CommandCodec.content(in));
    }

    private static void encode(Encoder out, Lock lock) {
        out.text(lock.name());
        out.oneOf(lock.kind());
        out.number(lock.capacity());
        out.list(lock.holds(), hold -> encode(out, hold));
        out.list(lock.queue(), waiter -> out.number(waiter.ticket()));
    }

    private static Lock lock(Decoder in, StateFiller filler) throws IOException {
        var name = CommandCodec.name(in);
        var kind = in.oneOf(Mode.Kind.values());
        int capacity = in.size(MOST);
        var holds = in.list(MOST, () -> hold(in));
        var queue = in.list(MOST, () -> filler.waiter(in.number()));
        long used = holds.stream().mapToLong(Hold::units).sum();
        if (used > capacity) {
            throw new MalformedException("more is held of " + name + " than there is");
        }
        return new Lock(name, kind, capacity, (int) used, List.copyOf(holds), List.copyOf(queue));
    }

    private static void encode(Encoder out, Hold hold) {
        encode(out, hold.owner());
        out.oneOf(hold.mode());
        out.number(hold.units());
        out.number(hold.token());
        out.number(hold.lockDelayMillis());
        out.number(hold.lostUntilMillis());
        out.list(hold.requests(), out::number);
        out.number(hold.released());
        hold.value().encode(out);
    }

    private static Hold hold(Decoder in) throws IOException {
        return new Hold(
                owner(in),
                in.oneOf(Mode.values()),
                in.size(MOST),
                in.number(),
                in.number(),
                in.number(),
                List.copyOf(in.list(MOST, in::number)),
                in.size(MOST),
                CommandCodec.content(in));
    }

    private static void encode(Encoder out, Owner owner) {
        out.number(owner.session());
        out.number(owner.strand());
    }

    private static Owner owner(Decoder in) throws IOException {
        return new Owner(in.number(), in.number());
    }

    private static void encode(Encoder out, FileNode file) {
        out.text(file.path());
        out.flag(file.directory());
        out.number(file.instance());
        out.number(file.contentGeneration());
        out.number(file.lockGeneration());
        out.number(file.aclGeneration());
        out.number(file.ephemeral());
        CommandCodec.encode(out, file.acl());
        file.content().encode(out);
    }

    private static FileNode file(Decoder in) throws IOException {
        return new FileNode(
                CommandCodec.name(in),
                in.flag(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                CommandCodec.acl(in),
                CommandCodec.content(in));
    }

    private static void encode(Encoder out, AuditEntry entry) {
        out.number(entry.number());
        out.text(entry.previous());
        out.number(entry.stamp());
        out.number(entry.timeMillis());
        out.oneOf(entry.act());
        out.text(entry.name());
        out.text(entry.by());
        out.text(entry.reason());
        out.list(entry.former(), out::number);
        out.text(entry.hash());
    }

    private static void readAudit(Decoder in, int version, State state) throws IOException {
        var audit = new ArrayList<AuditEntry>();
        for (int entries = in.size(MOST); entries > 0; entries--) {
            audit.add(version == UNCHAINED ? unchained(in, audit) : auditEntry(in));
        }
        state.audit = List.copyOf(audit);
    }

    private static AuditEntry auditEntry(Decoder in) throws IOException {
        return new AuditEntry(
                in.number(),
                in.text(CommandCodec.MOST_NAME),
                in.number(),
                in.number(),
                in.oneOf(OperatorAct.values()),
                CommandCodec.name(in),
                in.text(CommandCodec.MOST_TEXT),
                in.text(CommandCodec.MOST_TEXT),
                in.list(MOST, in::number),
                in.text(CommandCodec.MOST_NAME));
    }

    /// Chained as it stands.
    private static AuditEntry unchained(Decoder in, List<AuditEntry> before) throws IOException {
        return AuditEntry.after(
                before,
                in.number(),
                in.number(),
                OperatorAct.FORCE_RELEASE,
                CommandCodec.name(in),
                in.text(CommandCodec.MOST_TEXT),
                in.text(CommandCodec.MOST_TEXT),
                in.list(MOST, in::number));
    }
}
