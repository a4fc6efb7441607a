package io.covenant.locks.namespace;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a request for locks must keep to. All rules are looked at before anything changes.
final class LockRules {

    private final State state;
    private final Limits limits;

    LockRules(State state) {
        this.state = state;
        limits = state.limits;
    }

    /// The rule that an acquire breaks, or null.
    Reply.@Nullable Refused refusal(Session session, Command.Acquire acquire) {
        var refused = refusalOfTimes(acquire);
        if (refused == null) {
            refused = refusalOfValue(acquire);
        }
        if (refused == null) {
            refused = refusalOfWants(session, acquire);
        }
        return refused;
    }

    private Reply.@Nullable Refused refusalOfTimes(Command.Acquire acquire) {
        long wait = acquire.waitMillis();
        if (wait < 0 || (wait > limits.maxWaitMillis() && wait != Command.FOREVER)) {
            return new Reply.Refused(RefusalCode.WAIT_OUT_OF_RANGE, "waitMillis", limits.maxWaitMillis());
        }
        return acquire.lockDelayMillis() < 0 || acquire.lockDelayMillis() > limits.maxLockDelayMillis()
                ? new Reply.Refused(RefusalCode.LOCK_DELAY_OUT_OF_RANGE, "lockDelayMillis", limits.maxLockDelayMillis())
                : null;
    }

    private Reply.@Nullable Refused refusalOfValue(Command.Acquire acquire) {
        int size = acquire.value().size();
        if (size == 0) {
            return null;
        }
        if (size > limits.valueBytes()) {
            return new Reply.Refused(RefusalCode.VALUE_TOO_LONG, "value", limits.valueBytes());
        }
        if (acquire.wants().size() != 1 || acquire.wants().getFirst().mode() != Mode.LEADER) {
            return new Reply.Refused(RefusalCode.VALUE_WITHOUT_ELECTION, "value", 0);
        }
        return state.bytes + size > limits.bytes()
                ? new Reply.Refused(RefusalCode.TOO_MANY_BYTES, "value", limits.bytes())
                : null;
    }

    private Reply.@Nullable Refused refusalOfWants(Session session, Command.Acquire acquire) {
        var wants = acquire.wants();
        if (wants.isEmpty()) {
            return new Reply.Refused(RefusalCode.NOTHING_WANTED, "", 0);
        }
        if (wants.size() > limits.wantsPerRequest()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_WANTED, "", limits.wantsPerRequest());
        }
        if (wants.size() > 1) {
            var duplicate = duplicate(wants.stream().map(Want::name).toList());
            if (duplicate != null) {
                return duplicate;
            }
        }
        if (state.belongings(session.id()).held.size() + wants.size() > limits.holdsPerSession()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_HOLDS, "", limits.holdsPerSession());
        }
        int fresh = 0;
        for (var want : wants) {
            var lock = state.locks.get(want.name());
            fresh += lock == null ? 1 : 0;
            var refused = refusal(session, acquire.strand(), want, lock);
            if (refused != null) {
                return refused;
            }
        }
        return state.locks.size() + fresh > limits.names()
                ? new Reply.Refused(RefusalCode.TOO_MANY_NAMES, "", limits.names())
                : null;
    }

    private Reply.@Nullable Refused refusal(Session session, long strand, Want want, @Nullable Lock lock) {
        var refused = NameRule.refusal(want.name(), limits);
        if (refused != null) {
            return refused;
        }
        boolean permits = want.mode() == Mode.PERMITS;
        if (permits && (want.capacity() < 1 || want.capacity() > limits.holders())) {
            return new Reply.Refused(RefusalCode.PERMITS_OUT_OF_RANGE, want.name(), limits.holders());
        }
        if (permits && (want.permits() < 1 || want.permits() > want.capacity())) {
            return new Reply.Refused(RefusalCode.PERMITS_OUT_OF_RANGE, want.name(), want.capacity());
        }
        if (!mayLock(session.principal(), want.name())) {
            return new Reply.Refused(RefusalCode.FORBIDDEN, want.name(), 0);
        }
        return lock == null ? null : refusalOfUse(new Owner(session.id(), strand), want, lock);
    }

    private Reply.@Nullable Refused refusalOfUse(Owner owner, Want want, Lock lock) {
        if (lock.kind() != want.mode().kind()) {
            return new Reply.Refused(RefusalCode.KIND_DIFFERS, want.name(), 0);
        }
        if (want.mode() == Mode.PERMITS && lock.capacity() != want.capacity()) {
            return new Reply.Refused(RefusalCode.CAPACITY_DIFFERS, want.name(), lock.capacity());
        }
        var held = lock.heldBy(owner);
        if (held == null || want.mode() == Mode.PERMITS) {
            return null;
        }
        // Two readers that wait to become writers would wait for each other.
        if (held.mode() == Mode.SHARED && want.mode() == Mode.EXCLUSIVE) {
            return new Reply.Refused(RefusalCode.UPGRADE, want.name(), held.token());
        }
        return held.count() >= limits.reentries()
                ? new Reply.Refused(RefusalCode.TOO_MANY_REENTRIES, want.name(), limits.reentries())
                : null;
    }

    /// The access list of the file of this name rules, else that of the nearest directory above. Names that
    /// are no paths are everybody's.
    private boolean mayLock(String principal, String name) {
        if (name.charAt(0) != '/') {
            return true;
        }
        var node = state.files.get(name);
        for (var path = name; node == null; ) {
            path = NameRule.parent(path);
            node = state.files.get(path);
        }
        return node.acl().mayWrite(principal);
    }

    /// The bound that one more waiter would break, or null.
    Reply.@Nullable Refused refusalOfWait(List<Want> wants) {
        if (state.waiters.size() >= limits.waiters()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_WAITERS_IN_ALL, "", limits.waiters());
        }
        for (var want : wants) {
            if (state.lock(want).queue().size() >= limits.waitersPerName()) {
                return new Reply.Refused(RefusalCode.TOO_MANY_WAITERS, want.name(), limits.waitersPerName());
            }
        }
        return null;
    }

    Reply.@Nullable Refused refusalOfNames(List<String> names) {
        if (names.isEmpty()) {
            return new Reply.Refused(RefusalCode.NOTHING_WANTED, "", 0);
        }
        if (names.size() > limits.wantsPerRequest()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_WANTED, "", limits.wantsPerRequest());
        }
        return names.size() == 1 ? null : duplicate(names);
    }

    private Reply.@Nullable Refused duplicate(List<String> names) {
        var seen = new HashSet<String>();
        for (var name : names) {
            if (!seen.add(name)) {
                var invalid = NameRule.refusal(name, limits);
                return invalid == null ? new Reply.Refused(RefusalCode.DUPLICATE_NAME, name, 0) : invalid;
            }
        }
        return null;
    }
}
