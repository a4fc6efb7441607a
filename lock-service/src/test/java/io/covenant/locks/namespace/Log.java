package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Command.Origin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A namespace and the log that is applied to it, with sessions that count their requests.
final class Log {

    static final long TTL = 10_000;

    private final List<Entry> entries = new ArrayList<>();
    private final Map<Long, Long> numbers = new HashMap<>();
    Namespace namespace;
    private long index;
    private long timeMillis = 1_000_000;

    record Entry(long index, long timeMillis, Command command) {}

    Log() {
        this(Limits.standard());
    }

    Log(Limits limits) {
        namespace = new Namespace(limits, 1_000);
    }

    Result apply(Command command) {
        var entry = new Entry(++index, timeMillis, command);
        entries.add(entry);
        return namespace.apply(entry.index(), entry.timeMillis(), entry.command());
    }

    Reply reply(Command command) {
        return apply(command).reply();
    }

    void pass(long millis) {
        timeMillis += millis;
    }

    long now() {
        return timeMillis;
    }

    List<Entry> entries() {
        return entries;
    }

    long open(String principal) {
        var opened = (Reply.SessionOpened) reply(new Command.OpenSession("test", principal, TTL));
        return opened.session();
    }

    Origin next(long session) {
        return new Origin(session, numbers.merge(session, 1L, Long::sum), 0);
    }

    long lastSeq(long session) {
        return numbers.getOrDefault(session, 0L);
    }

    Reply lock(long session, String name) {
        return acquire(session, Command.FOREVER, Want.exclusive(name));
    }

    Reply share(long session, String name) {
        return acquire(session, Command.FOREVER, Want.shared(name));
    }

    Reply tryLock(long session, String name) {
        return acquire(session, 0, Want.exclusive(name));
    }

    Reply acquire(long session, long waitMillis, Want... wants) {
        return strandAcquires(session, 0, waitMillis, wants);
    }

    Reply strandAcquires(long session, long strand, long waitMillis, Want... wants) {
        return reply(new Command.Acquire(next(session), strand, List.of(wants), waitMillis, 0, Content.EMPTY));
    }

    Reply lockWithDelay(long session, String name, long delayMillis) {
        return reply(
                new Command.Acquire(next(session), 0, List.of(Want.exclusive(name)), 0, delayMillis, Content.EMPTY));
    }

    Result release(long session, String name, long token) {
        return apply(new Command.Release(next(session), 0, List.of(name), token));
    }

    Reply cancel(long session, long requestSeq) {
        return reply(new Command.Cancel(next(session), requestSeq));
    }

    Result expire(long session) {
        return apply(new Command.ExpireSession(session, 0));
    }

    Result close(long session) {
        return apply(new Command.CloseSession(session));
    }

    Reply put(long session, String path, String content, long expected) {
        return reply(new Command.PutFile(next(session), path, Content.of(content), expected, false));
    }

    Reply mkdir(long session, String path) {
        return reply(new Command.MakeDirectory(next(session), path));
    }

    /// The token of the only one who holds the name.
    long token(String name) {
        return namespace.lock(name).map(Lock::token).orElse(0L);
    }

    List<Long> holders(String name) {
        return namespace.lock(name).stream()
                .flatMap(lock -> lock.holds().stream())
                .filter(hold -> !hold.lost())
                .map(hold -> hold.owner().session())
                .toList();
    }

    List<Long> queue(String name) {
        return namespace.lock(name).stream()
                .flatMap(lock -> lock.queue().stream())
                .map(waiter -> waiter.owner().session())
                .toList();
    }

    static long token(Reply reply) {
        return ((Reply.Granted) reply).grants().getFirst().token();
    }

    byte[] snapshot() {
        return snapshot(namespace);
    }

    static byte[] snapshot(Namespace namespace) {
        try {
            var out = new ByteArrayOutputStream();
            namespace.fork().writeTo(out);
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Namespace restored(byte[] snapshot) {
        try {
            return Namespace.restore(new ByteArrayInputStream(snapshot), 1_000);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    /// As after a restart of the replica.
    void restart() {
        namespace = restored(snapshot());
    }
}
