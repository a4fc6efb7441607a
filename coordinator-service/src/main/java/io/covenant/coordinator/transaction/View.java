package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Begin.BranchSpec;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchRefusal;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Transactions as clients see them.
final class View {

    private View() {}

    @SuppressWarnings("NullAway") // does not see in a class file that the nested type Outcome may be null there
    static TransactionResource of(
            Begin begin,
            State state,
            @Nullable Decision decision,
            List<BranchStatus> statuses,
            List<Timeline.Entry> timeline,
            @Nullable Instant decidedAt,
            @Nullable Instant finishedAt) {
        var branches = begin.branches().stream()
                .map(spec -> branch(begin, spec, statusOf(spec, statuses)))
                .toList();
        var refusal = branches.stream()
                .map(TransactionResource.Branch::refusal)
                .filter(found -> found != null)
                .findFirst()
                .orElse(null);
        return new TransactionResource(
                begin.id().value(),
                begin.name(),
                begin.protocol().name(),
                state,
                decision == null ? null : outcome(decision),
                refusal,
                begin.deadline(),
                begin.owner().node(),
                begin.attempt().toString(),
                branches,
                Timeline.resource(begin.createdAt(), timeline),
                begin.createdAt(),
                decidedAt,
                finishedAt);
    }

    /// A transaction as far as the store knows it.
    static TransactionResource of(StoredTransaction stored) {
        var timeline = new ArrayList<Timeline.Entry>();
        stored.register().ifPresent(register -> timeline.addAll(register.timeline()));
        timeline.addAll(stored.timeline());
        return of(
                stored.begin(),
                state(stored),
                stored.answered(),
                stored.branches().isEmpty() ? derived(stored) : stored.branches(),
                timeline,
                stored.decidedAt(),
                stored.finishedAt());
    }

    /// A decision of which nothing else is remembered.
    static TransactionResource of(Register register) {
        return new TransactionResource(
                register.id().value(),
                "unknown",
                "unknown",
                finished(register.decision(), false),
                outcome(register.decision()),
                null,
                register.decidedAt(),
                "unknown",
                register.attempt().toString(),
                List.of(),
                List.of(),
                register.decidedAt(),
                register.decidedAt(),
                null);
    }

    static Outcome outcome(Decision decision) {
        return switch (decision) {
            case COMMIT -> Outcome.COMMITTED;
            case ABORT -> Outcome.ABORTED;
        };
    }

    static State unfinished(Decision decision) {
        return switch (decision) {
            case COMMIT -> State.COMMITTING;
            case ABORT -> State.ABORTING;
        };
    }

    static State finished(Decision decision, boolean hazard) {
        if (hazard) {
            return State.HAZARD;
        }
        return switch (decision) {
            case COMMIT -> State.COMMITTED;
            case ABORT -> State.ABORTED;
        };
    }

    private static State state(StoredTransaction stored) {
        if (stored.begin().protocol() == CommitProtocol.SAGA && !stored.finished()) {
            return sagaState(stored);
        }
        if (stored.decision() == null) {
            return State.VOTING;
        }
        if (stored.finished()) {
            return finished(stored.decision(), stored.hazard());
        }
        return unfinished(stored.decision());
    }

    private static State sagaState(StoredTransaction stored) {
        var steps = stored.branches().stream().map(BranchStatus::state).toList();
        boolean underWay = steps.contains(BranchState.WORKING)
                || steps.contains(BranchState.ACCEPTED)
                || steps.contains(BranchState.UNDOING);
        if (steps.contains(BranchState.STUCK) && !underWay) {
            return State.STUCK;
        }
        return stored.decision() == Decision.ABORT ? State.COMPENSATING : State.EXECUTING;
    }

    /// What the branches must be like, where the store has no word on each.
    private static List<BranchStatus> derived(StoredTransaction stored) {
        return stored.begin().branches().stream()
                .map(spec -> derived(spec, stored))
                .toList();
    }

    private static BranchStatus derived(BranchSpec spec, StoredTransaction stored) {
        if (stored.begin().protocol() == CommitProtocol.SAGA) {
            return new BranchStatus(spec.name(), null, null, BranchState.PLANNED, null, null);
        }
        if (stored.decision() != Decision.COMMIT) {
            return new BranchStatus(
                    spec.name(), null, null, stored.finished() ? BranchState.ABORTED : BranchState.WORKING, null, null);
        }
        boolean sealed = stored.begin().isOnePhase()
                || stored.register()
                        .map(register -> register.sealed().containsKey(spec.name()))
                        .orElse(false);
        if (!sealed) {
            return new BranchStatus(
                    spec.name(), PrepareReply.Choice.READ_ONLY, null, BranchState.READ_ONLY, null, null);
        }
        return new BranchStatus(
                spec.name(),
                PrepareReply.Choice.YES,
                null,
                stored.finished() ? BranchState.COMMITTED : BranchState.PREPARED,
                null,
                null);
    }

    private static BranchStatus statusOf(BranchSpec spec, List<BranchStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.name().equals(spec.name()))
                .findFirst()
                .orElseGet(() -> new BranchStatus(spec.name(), null, null, BranchState.WORKING, null, null));
    }

    private static TransactionResource.Branch branch(Begin begin, BranchSpec spec, BranchStatus status) {
        return new TransactionResource.Branch(
                spec.name(),
                begin.idOf(spec).gid(),
                spec.service(),
                spec.operation(),
                status.vote(),
                refusal(spec, status.refusal()),
                status.state(),
                status.detail(),
                status.heuristic());
    }

    private static @Nullable BranchRefusal refusal(BranchSpec spec, @Nullable Refusal refusal) {
        return refusal == null
                ? null
                : new BranchRefusal(spec.name(), refusal.code(), refusal.detail(), refusal.parameters());
    }
}
