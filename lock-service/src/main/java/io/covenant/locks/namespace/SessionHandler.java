package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Cause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Sessions: how they begin, what is known of their leases, what ends with them.
///
/// Source: Chubby, §2.8 and §2.9.
final class SessionHandler {

    private final State state;
    private final Queues queues;

    SessionHandler(State state, Queues queues) {
        this.state = state;
        this.queues = queues;
    }

    Reply open(Command.OpenSession open) {
        var limits = state.limits;
        var refused = refusal(open, limits);
        if (refused != null) {
            return refused;
        }
        long id = state.stamp();
        long ttl = open.ttlMillis();
        state.put(new Session(id, open.name(), open.principal(), ttl, 0, ttl, state.timeMillis, 0, Requests.NONE));
        state.emit(new Event.SessionOpened(state.index, id));
        return new Reply.SessionOpened(id, ttl);
    }

    private Reply.@Nullable Refused refusal(Command.OpenSession open, Limits limits) {
        var refused = NameRule.refusalOfLabel(open.name(), limits);
        if (refused == null) {
            refused = NameRule.refusalOfLabel(open.principal(), limits);
        }
        if (refused != null) {
            return refused;
        }
        if (open.ttlMillis() < limits.minTtlMillis()) {
            return new Reply.Refused(RefusalCode.TTL_OUT_OF_RANGE, "minimum", limits.minTtlMillis());
        }
        if (open.ttlMillis() > limits.maxTtlMillis()) {
            return new Reply.Refused(RefusalCode.TTL_OUT_OF_RANGE, "maximum", limits.maxTtlMillis());
        }
        return state.sessions.size() >= limits.sessions()
                ? new Reply.Refused(RefusalCode.TOO_MANY_SESSIONS, "", limits.sessions())
                : null;
    }

    Reply close(Command.CloseSession close) {
        var session = state.sessions.get(close.session());
        if (session == null) {
            return new Reply.NoSuchSession(close.session());
        }
        end(session, Cause.SESSION_CLOSED);
        return new Reply.Done();
    }

    Reply expire(Command.ExpireSession expire) {
        var session = state.sessions.get(expire.session());
        if (session == null) {
            return new Reply.NoSuchSession(expire.session());
        }
        if (session.renewSeq() > expire.seenRenewSeq()) {
            return new Reply.Refused(RefusalCode.RENEWED, "renewal", session.renewSeq());
        }
        end(session, Cause.SESSION_EXPIRED);
        return new Reply.Done();
    }

    Reply checkpoint(Command.LeaseCheckpoint checkpoint) {
        int noted = 0;
        int extended = 0;
        for (var lease : checkpoint.leases()) {
            var session = state.sessions.get(lease.session());
            if (session != null && lease.renewSeq() >= session.renewSeq()) {
                var leased = note(lease, session);
                state.replace(session, leased);
                noted++;
                extended += leased.extendedMillis() > 0 ? 1 : 0;
            }
        }
        return new Reply.LeasesNoted(noted, extended);
    }

    private Session note(Command.Lease lease, Session session) {
        long most = state.limits.maxTtlMillis() + state.limits.maxExtensionMillis();
        boolean renewed = lease.renewSeq() > session.renewSeq();
        long extended = (renewed ? 0 : session.extendedMillis()) + Math.clamp(lease.extensionMillis(), 0, most);
        return session.leased(
                lease.renewSeq(),
                Math.clamp(lease.remainingMillis(), 0, most),
                state.timeMillis,
                Math.min(extended, most));
    }

    Reply acknowledge(Command.AckReplies ack) {
        var session = state.sessions.get(ack.session());
        if (session == null) {
            return new Reply.NoSuchSession(ack.session());
        }
        state.replace(session, session.with(session.requests().acked(ack.ackUpTo())));
        return new Reply.Done();
    }

    /// Nothing is granted to anybody on the way.
    void endAll(Cause cause) {
        var all = state.sessions.sorted(Comparator.comparingLong(Session::id));
        all.forEach(session -> leaveQueues(session, new TreeSet<>()));
        all.forEach(session -> end(session, cause));
    }

    /// First everything that the session waits for, so that nothing is granted to it on the way; then what it
    /// holds; then the others are served.
    private void end(Session session, Cause cause) {
        long id = session.id();
        var touched = new TreeSet<String>();
        leaveQueues(session, touched);
        var belongings = state.belongings(id);
        for (var name : new ArrayList<>(belongings.held)) {
            queues.endHolds(name, id, cause);
            touched.add(name);
        }
        for (var path : new ArrayList<>(belongings.files)) {
            var file = state.files.get(path);
            if (file != null) {
                state.remove(file);
                state.emit(new Event.FileChanged(state.index, path, Event.Change.DELETED, state.stamp(), file.acl()));
            }
        }
        state.remove(session);
        state.emit(new Event.SessionEnded(state.index, id, cause));
        queues.serve(touched);
    }

    private void leaveQueues(Session session, Collection<String> touched) {
        for (var entry : session.requests().entries()) {
            var waiter = state.waiter(entry);
            if (waiter != null) {
                queues.remove(waiter);
                waiter.wants().forEach(want -> touched.add(want.name()));
            }
        }
    }
}
