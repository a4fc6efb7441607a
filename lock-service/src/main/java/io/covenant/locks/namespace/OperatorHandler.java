package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Cause;
import java.util.ArrayList;
import java.util.List;

/// What operators do, and what a restore does.
final class OperatorHandler {

    private static final int MOST_FORMER = 16;

    private final State state;
    private final Queues queues;
    private final Deadlocks deadlocks;
    private final SessionHandler sessions;

    OperatorHandler(State state, Queues queues, Deadlocks deadlocks, SessionHandler sessions) {
        this.state = state;
        this.deadlocks = deadlocks;
        this.queues = queues;
        this.sessions = sessions;
    }

    /// The holder may not know: its lock-delay holds here as well.
    Reply forceRelease(Command.ForceRelease force) {
        var limits = state.limits;
        for (var text : List.of(force.by(), force.reason())) {
            if (text.length() > limits.textChars()) {
                return new Reply.Refused(RefusalCode.TEXT_TOO_LONG, "", limits.textChars());
            }
        }
        var refused = NameRule.refusal(force.name(), limits);
        if (refused != null) {
            return refused;
        }
        var lock = state.locks.get(force.name());
        long current = lock == null ? 0 : lock.token();
        if (lock == null || current == 0) {
            return new Reply.Refused(RefusalCode.NOT_HELD, force.name(), 0);
        }
        var taken = lock.holds().stream()
                .filter(hold -> !hold.lost() && (force.token() == 0 || force.token() == hold.token()))
                .toList();
        if (taken.isEmpty()) {
            return new Reply.StaleToken(force.name(), current);
        }
        taken.forEach(hold -> queues.end(force.name(), hold, Cause.FORCED));
        record(
                force,
                taken.stream()
                        .map(hold -> hold.owner().session())
                        .limit(MOST_FORMER)
                        .toList());
        queues.serve(List.of(force.name()));
        taken.forEach(hold -> deadlocks.resolve(hold.owner()));
        return new Reply.Done();
    }

    private void record(Command.ForceRelease force, List<Long> former) {
        var entries = new ArrayList<>(state.audit);
        entries.add(new AuditEntry(state.stamp(), state.timeMillis, force.name(), force.by(), force.reason(), former));
        int over = Math.max(0, entries.size() - state.limits.audit());
        state.audit = List.copyOf(entries.subList(over, entries.size()));
    }

    Reply raiseEpoch(Command.RaiseEpoch raise) {
        if (raise.epoch() <= state.epoch || raise.epoch() > Token.MAX_EPOCH) {
            return new Reply.Refused(RefusalCode.EPOCH_NOT_HIGHER, "epoch", state.epoch);
        }
        state.epoch = raise.epoch();
        sessions.endAll(Cause.EPOCH_RAISED);
        return new Reply.Done();
    }
}
