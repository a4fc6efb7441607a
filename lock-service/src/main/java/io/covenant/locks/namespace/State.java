package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The tables that the handlers change, by one thread alone. Every change of a table goes through here, so
/// that what is derived from it follows.
final class State {

    // [REPLICATED] in every snapshot; equal on all replicas at equal index.

    final Limits limits;
    long index;
    /// Never goes back.
    long timeMillis;
    long epoch;
    /// By id.
    final Table<Long, Session> sessions;
    /// By ticket.
    final Table<Long, Waiter> waiters;
    /// Those that are held or waited for.
    final Table<String, Lock> locks;
    /// By path; the root directory is always there.
    final Table<String, FileNode> files;

    List<AuditEntry> audit;

    // [DERIVED] made anew from the tables after a restore.

    private final Map<Long, Belongings> belongings = new HashMap<>();
    private final Map<String, NavigableSet<String>> children = new HashMap<>();
    final NavigableSet<Timers.Due> due = new TreeSet<>();
    /// What files, access lists and proclaimed values take.
    long bytes;
    /// Answers that are not acknowledged, of all sessions.
    int requests;

    private List<Event> events = new ArrayList<>(2);

    State(Limits limits) {
        this.limits = limits;
        sessions = new Table<>();
        waiters = new Table<>();
        locks = new Table<>();
        files = new Table<>();
        audit = List.of();
        put(new FileNode("/", true, 0, 0, 0, 0, 0, Acl.OPEN, Content.EMPTY));
    }

    /// The token of whatever this entry makes.
    long stamp() {
        return Token.of(epoch, index);
    }

    void emit(Event event) {
        events.add(event);
    }

    List<Event> takeEvents() {
        if (events.isEmpty()) {
            return List.of();
        }
        var taken = Collections.unmodifiableList(events);
        events = new ArrayList<>(2);
        return taken;
    }

    void put(Session session) {
        var before = sessions.get(session.id());
        requests += session.requests().size()
                - (before == null ? 0 : before.requests().size());
        sessions.put(session.id(), session);
    }

    void remove(Session session) {
        requests -= session.requests().size();
        sessions.remove(session.id());
        belongings.remove(session.id());
    }

    /// Replaces a session whose former value the caller has at hand.
    void replace(Session before, Session after) {
        requests += after.requests().size() - before.requests().size();
        sessions.put(after.id(), after);
    }

    Belongings belongings(long session) {
        return belongings.computeIfAbsent(session, _ -> new Belongings());
    }

    /// The lock of this name, or a free one of the kind that is wanted.
    Lock lock(Want want) {
        var lock = locks.get(want.name());
        return lock == null ? Lock.free(want, limits) : lock;
    }

    /// Keeps the lock as long as somebody uses it.
    void put(Lock lock) {
        if (lock.unused()) {
            locks.remove(lock.name());
        } else {
            locks.put(lock.name(), lock);
        }
    }

    void put(Waiter waiter) {
        waiters.put(waiter.ticket(), waiter);
        bytes += waiter.value().size();
        if (waiter.deadlineMillis() != Command.FOREVER) {
            due.add(Timers.Due.of(waiter));
        }
    }

    void remove(Waiter waiter) {
        waiters.remove(waiter.ticket());
        bytes -= waiter.value().size();
        if (waiter.deadlineMillis() != Command.FOREVER) {
            due.remove(Timers.Due.of(waiter));
        }
    }

    void put(FileNode file) {
        var before = files.get(file.path());
        if (before == null) {
            if (!file.path().equals("/")) {
                children(NameRule.parent(file.path())).add(file.path());
            }
        } else {
            forget(before);
        }
        bytes += file.weight();
        if (file.ephemeral() != 0) {
            belongings(file.ephemeral()).files.add(file.path());
        }
        files.put(file.path(), file);
    }

    void remove(FileNode file) {
        forget(file);
        var parent = NameRule.parent(file.path());
        var siblings = children(parent);
        siblings.remove(file.path());
        if (siblings.isEmpty()) {
            children.remove(parent);
        }
        files.remove(file.path());
    }

    private void forget(FileNode file) {
        bytes -= file.weight();
        if (file.ephemeral() != 0) {
            belongings(file.ephemeral()).files.remove(file.path());
        }
    }

    /// The paths of what lies right under a directory.
    private NavigableSet<String> children(String directory) {
        return children.computeIfAbsent(directory, _ -> new TreeSet<>());
    }

    NavigableSet<String> childrenOf(String directory) {
        var paths = children.get(directory);
        return paths == null ? Collections.emptyNavigableSet() : paths;
    }

    /// The last answer to a request of a session that may be gone.
    void settle(long session, long seq, Reply reply) {
        var present = sessions.get(session);
        var entry = present == null ? null : present.requests().find(seq);
        if (present != null && entry != null) {
            put(present.with(present.requests().with(new Requests.Entry(seq, entry.fingerprint(), reply))));
            emit(new Event.Settled(index, session, seq, reply));
        }
    }

    @Nullable
    Waiter waiter(Requests.Entry entry) {
        return entry.reply() instanceof Reply.Waiting(var ticket, var _) ? waiters.get(ticket) : null;
    }
}
