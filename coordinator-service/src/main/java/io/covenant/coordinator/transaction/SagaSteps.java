package io.covenant.coordinator.transaction;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaExecution.State;
import io.covenant.transactions.saga.SagaStep;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How far a saga and each of its steps are, as people see it.
///
/// @param undone   the steps that the decision has compensated
/// @param culprit  the step for which the saga turned back
record SagaSteps(Saga saga, @Nullable State state, Set<String> undone, Optional<Culprit> culprit) {

    /// Which step made the saga turn back, and why.
    record Culprit(String step, Refusal why) {}

    TransactionResource.State resourceState() {
        return resourceState(state);
    }

    private static TransactionResource.State resourceState(@Nullable State state) {
        return switch (state) {
            case null -> TransactionResource.State.EXECUTING;
            case State.Running _, State.Fencing _ -> TransactionResource.State.EXECUTING;
            case State.Deciding _ -> TransactionResource.State.DECIDING;
            case State.Compensating _ -> TransactionResource.State.COMPENSATING;
            case State.Done _ -> TransactionResource.State.COMMITTED;
            case State.Undone _ -> TransactionResource.State.ABORTED;
            case State.Stuck _ -> TransactionResource.State.STUCK;
        };
    }

    List<BranchStatus> statuses() {
        return saga.steps().stream().map(step -> status(step, state)).toList();
    }

    private BranchStatus status(SagaStep step, @Nullable State at) {
        var name = step.name();
        return switch (at) {
            case null -> status(name, BranchState.PLANNED, null);
            case State.Running(var done, var asked, var _, var _) ->
                done.contains(name)
                        ? status(name, BranchState.DONE, null)
                        : status(name, asked(asked.get(name)), asked.get(name));
            case State.Fencing(var touched, var pivot) ->
                step.pivot()
                        ? status(name, asked(pivot), pivot)
                        : status(name, touched.contains(name) ? BranchState.UNDOING : BranchState.PLANNED, null);
            case State.Deciding(var proposed, var steps) -> {
                var named = switch (proposed) {
                    case COMMIT -> BranchState.DONE;
                    case ABORT -> BranchState.UNDOING;
                };
                yield status(name, steps.contains(name) ? named : BranchState.PLANNED, null);
            }
            case State.Compensating(var left, var asked) -> {
                var under = asked.get(name);
                if (!left.contains(name)) {
                    yield status(name, undone.contains(name) ? BranchState.UNDONE : BranchState.PLANNED, null);
                }
                boolean stuck = under != null && under.phase() == Phase.STUCK;
                yield status(name, stuck ? BranchState.STUCK : BranchState.UNDOING, under);
            }
            case State.Done _ -> status(name, BranchState.DONE, null);
            case State.Undone _ -> status(name, undone.contains(name) ? BranchState.UNDONE : BranchState.PLANNED, null);
            case State.Stuck(var where) -> status(step, where);
        };
    }

    private static BranchState asked(@Nullable Asked asked) {
        if (asked == null) {
            return BranchState.PLANNED;
        }
        return switch (asked.phase()) {
            case SENT, WAITING -> BranchState.WORKING;
            case ACCEPTED -> BranchState.ACCEPTED;
            case STUCK -> BranchState.STUCK;
        };
    }

    private BranchStatus status(String name, BranchState branch, @Nullable Asked asked) {
        var refusal = culprit.filter(one -> one.step().equals(name)).map(Culprit::why);
        var detail = Optional.ofNullable(asked)
                .flatMap(under -> under.trouble()
                        .map(why -> "tried %d times: %s: %s".formatted(under.tries(), why.code(), why.detail())));
        return new BranchStatus(
                name,
                null,
                refusal.map(Storable::refusal).orElse(null),
                branch,
                Storable.text(detail.orElse(null)),
                null);
    }

    // ---- as the journal has them

    /// The steps that the journal notes as done.
    static Set<String> noted(List<BranchStatus> statuses) {
        var done = new TreeSet<String>();
        statuses.stream()
                .filter(status -> status.state() == BranchState.DONE)
                .forEach(status -> done.add(status.name()));
        return done;
    }

    static Optional<Culprit> culprit(List<BranchStatus> statuses) {
        return statuses.stream().flatMap(status -> culprit(status).stream()).findFirst();
    }

    private static Optional<Culprit> culprit(BranchStatus status) {
        return Optional.ofNullable(status.refusal()).map(why -> new Culprit(status.name(), why));
    }

    /// Under way or asked, as far as a state knows.
    static Optional<Asked> asked(@Nullable State state, String step) {
        return switch (state) {
            case State.Running running -> Optional.ofNullable(running.asked().get(step));
            case State.Compensating compensating ->
                Optional.ofNullable(compensating.asked().get(step));
            case State.Fencing fencing -> Optional.of(fencing.pivot());
            case State.Stuck(var at) -> asked(at, step);
            case null -> Optional.empty();
            case State.Deciding _, State.Done _, State.Undone _ -> Optional.empty();
        };
    }

    /// All that is under way or asked.
    static Collection<Asked> asked(@Nullable State state) {
        return switch (state) {
            case State.Running running -> running.asked().values();
            case State.Compensating compensating -> compensating.asked().values();
            case State.Fencing fencing -> List.of(fencing.pivot());
            case State.Stuck(var at) -> asked(at);
            case null -> List.of();
            case State.Deciding _, State.Done _, State.Undone _ -> List.of();
        };
    }
}
