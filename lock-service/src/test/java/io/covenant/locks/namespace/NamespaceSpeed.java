package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Command.Origin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Measures how fast one thread applies, and what a snapshot costs, in time of the processor. To be run by
/// hand.
final class NamespaceSpeed {

    private static final int SESSIONS = 10_000;
    private static final int LOCKS = 20_000;

    private NamespaceSpeed() {}

    public static void main(String[] arguments) throws IOException {
        for (int round = 0; round < 6; round++) {
            pairs(200_000);
        }
        hotLock(200_000);
        snapshot();
        codec(300_000);
    }

    private static Namespace withSessions(List<Long> sessions) {
        var namespace = new Namespace(Limits.standard(), 65_536);
        for (int i = 1; i <= SESSIONS; i++) {
            namespace.apply(i, i, new Command.OpenSession("s" + i, "client", 10_000));
            sessions.add(Token.of(0, i));
        }
        return namespace;
    }

    /// Each session takes and gives back a lock of its own, in turn, while as many others are held.
    private static void pairs(int pairs) {
        var sessions = new ArrayList<Long>();
        var namespace = withSessions(sessions);
        long index = SESSIONS;
        for (int i = 0; i < SESSIONS; i++) {
            namespace.apply(++index, index, acquire(sessions.get(i), 1, 0, "customers/held-" + i, 0));
        }
        var names = new ArrayList<String>();
        for (int i = 0; i < SESSIONS; i++) {
            names.add("customers/customer-" + i);
        }
        long seq = 1;
        long began = now();
        for (int i = 0; i < pairs; i++) {
            int who = i % SESSIONS;
            seq += who == 0 ? 2 : 0;
            long session = sessions.get(who);
            namespace.apply(++index, index, acquire(session, seq, seq - 1, fresh(names.get(who)), 0));
            var released =
                    new Command.Release(new Origin(session, seq + 1, seq), 0, List.of(fresh(names.get(who))), index);
            if (!(namespace.apply(++index, index, released).reply() instanceof Reply.Released)) {
                throw new AssertionError("not released");
            }
        }
        report("acquire+release pairs, own locks", pairs, began);
    }

    /// Everybody waits for one lock; each release grants the next one.
    private static void hotLock(int handOffs) {
        var sessions = new ArrayList<Long>();
        var namespace = withSessions(sessions);
        int clients = 64;
        long index = SESSIONS;
        var seqs = new long[clients];
        for (int i = 0; i < clients; i++) {
            namespace.apply(++index, index, acquire(sessions.get(i), ++seqs[i], 0, "hot", Command.FOREVER));
        }
        long token = SESSIONS + 1;
        long began = now();
        for (int i = 0; i < handOffs; i++) {
            int who = i % clients;
            long session = sessions.get(who);
            long released = ++index;
            namespace.apply(
                    released,
                    index,
                    new Command.Release(new Origin(session, ++seqs[who], seqs[who] - 2), 0, List.of("hot"), token));
            token = released;
            namespace.apply(++index, index, acquire(session, ++seqs[who], seqs[who] - 2, "hot", Command.FOREVER));
        }
        report("hand-offs of one lock among 64", handOffs, began);
    }

    private static void snapshot() throws IOException {
        var sessions = new ArrayList<Long>();
        var namespace = withSessions(sessions);
        long index = SESSIONS;
        for (int i = 0; i < LOCKS; i++) {
            namespace.apply(
                    ++index, index, acquire(sessions.get(i % SESSIONS), 1 + i / SESSIONS, 0, "customers/" + i, 0));
        }
        var bytes = new ByteArrayOutputStream();
        for (int round = 0; round < 10; round++) {
            long began = now();
            var view = namespace.fork();
            long forked = now();
            bytes.reset();
            view.writeTo(bytes);
            long written = now();
            Namespace.restore(new ByteArrayInputStream(bytes.toByteArray()), 1_000);
            long restored = now();
            long more = ++index;
            namespace.apply(more, more, new Command.Barrier());
            System.out.printf(
                    Locale.ROOT,
                    "snapshot of %d locks, %d sessions: fork %.1f us, written %.1f ms, restored %.1f ms, %d kB%n",
                    LOCKS,
                    SESSIONS,
                    (forked - began) / 1e3,
                    (written - forked) / 1e6,
                    (restored - written) / 1e6,
                    bytes.size() / 1_024);
        }
    }

    private static void codec(int commands) throws MalformedException {
        long began = now();
        long total = 0;
        for (int i = 0; i < commands; i++) {
            var bytes = CommandCodec.encode(acquire(4_711, i + 1, i, "customers/customer-42", 0));
            total += bytes.length;
            CommandCodec.decode(bytes);
        }
        report("commands encoded and decoded, of " + total / commands + " bytes", commands, began);
    }

    private static Command acquire(long session, long seq, long acked, String name, long waitMillis) {
        return new Command.Acquire(
                new Origin(session, seq, acked), 0, List.of(Want.exclusive(name)), waitMillis, 0, Content.EMPTY);
    }

    /// A name comes out of an entry, so its hash is not known yet.
    private static String fresh(String name) {
        return new String(name.toCharArray());
    }

    /// Of the processor, not of the wall: others may be at work on the machine.
    private static long now() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void report(String what, int count, long began) {
        long took = now() - began;
        System.out.printf(Locale.ROOT, "%s: %,.0f/s%n", what, count * 1e9 / took);
    }
}
