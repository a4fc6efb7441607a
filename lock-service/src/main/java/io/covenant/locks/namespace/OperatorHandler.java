package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Cause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What operators do, and what a restore does.
final class OperatorHandler {

    private static final int MOST_FORMER = 16;

    /// Who raises epochs.
    private static final String CONFIGURATION = "covenant.locks.epoch";

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
        var refused = refusal(force.name(), force.by(), force.reason());
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
                OperatorAct.FORCE_RELEASE,
                force.name(),
                force.by(),
                force.reason(),
                taken.stream()
                        .map(hold -> hold.owner().session())
                        .limit(MOST_FORMER)
                        .toList());
        queues.serve(List.of(force.name()));
        taken.forEach(hold -> deadlocks.resolve(hold.owner()));
        return new Reply.Done();
    }

    Reply note(Command.Note note) {
        var refused = refusal(note.name(), note.by(), note.reason());
        if (refused != null) {
            return refused;
        }
        record(note.act(), note.name(), note.by(), note.reason(), List.of());
        return new Reply.Done();
    }

    private Reply.@Nullable Refused refusal(String name, String by, String reason) {
        var limits = state.limits;
        for (var text : List.of(by, reason)) {
            if (text.length() > limits.textChars()) {
                return new Reply.Refused(RefusalCode.TEXT_TOO_LONG, "", limits.textChars());
            }
        }
        return NameRule.refusal(name, limits);
    }

    private void record(OperatorAct act, String name, String by, String reason, List<Long> former) {
        var entries = new ArrayList<>(state.audit);
        entries.add(AuditEntry.after(state.audit, state.stamp(), state.timeMillis, act, name, by, reason, former));
        int over = Math.max(0, entries.size() - state.limits.audit());
        state.audit = List.copyOf(entries.subList(over, entries.size()));
    }

    Reply raiseEpoch(Command.RaiseEpoch raise) {
        if (raise.epoch() <= state.epoch || raise.epoch() > Token.MAX_EPOCH) {
            return new Reply.Refused(RefusalCode.EPOCH_NOT_HIGHER, "epoch", state.epoch);
        }
        record(OperatorAct.RAISE_EPOCH, "epoch-" + raise.epoch(), CONFIGURATION, "", List.of());
        state.epoch = raise.epoch();
        sessions.endAll(Cause.EPOCH_RAISED);
        return new Reply.Done();
    }
}
