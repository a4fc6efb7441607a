package io.covenant.transactions.participant.local;

import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.WorkFailure;
import io.covenant.transactions.participant.local.BarrierRows.Patience;
import io.covenant.transactions.participant.local.BarrierRows.Seen;
import io.covenant.transactions.participant.local.BarrierRows.Work;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaParticipant;
import io.covenant.transactions.saga.SagaParticipant.Action;
import io.covenant.transactions.saga.SagaParticipant.Effect;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.saga.SagaParticipant.State;
import java.sql.SQLException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request about a saga's step: each effect of the core is one method over JDBC.
final class StepCall implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StepCall.class);
    private static final SagaParticipant PROTOCOL = new SagaParticipant();

    private final Branch branch;
    private final boolean reports;
    private final BranchWork work;
    private final Surroundings around;
    private final LocalTransaction transaction;

    private String reason = "the database did not answer";
    private boolean ongoing;

    /// @param reports whether the action is only begun by the work
    StepCall(Branch branch, boolean reports, BranchWork work, Surroundings around) {
        this.branch = branch;
        this.reports = reports;
        this.work = work;
        this.around = around;
        this.transaction = new LocalTransaction(branch, around.transactions());
    }

    LocalAnswer<SagaAnswer> run(Input first) {
        State state = new State.Idle();
        var input = first;
        while (true) {
            var step = PROTOCOL.on(state, input);
            state = step.next();
            Input next = null;
            for (var effect : step.effects()) {
                switch (effect) {
                    case Effect.Enter(var action) -> next = enter(action);
                    case Effect.Work(var action, var _) -> next = work(action);
                    case Effect.Fence _ -> next = commit(Action.FENCE);
                    case Effect.Leave _ -> transaction.rollBack();
                    case Effect.Reply(var answer) -> {
                        return new LocalAnswer.Given<>(answer);
                    }
                    case Effect.AskAgain _ -> {
                        return new LocalAnswer.AskAgain<>(ongoing, reason);
                    }
                }
            }
            input = Objects.requireNonNull(next, "an effect that leads on");
        }
    }

    private Input enter(Action action) {
        try {
            transaction.begin();
            var evidence = evidence(action);
            if (evidence == Evidence.ACCEPTED && action == Action.FENCE) {
                ongoing = true;
                reason = "the step is accepted, and not reported to be over";
            }
            return new Input.Found(evidence);
        } catch (SQLException e) {
            transaction.rollBack();
            if (Surroundings.isTaken(e)) {
                ongoing = true;
                reason = "the step is still being worked on";
                return new Input.Found(Evidence.RUNNING);
            }
            return lost(e);
        } catch (RuntimeException e) {
            transaction.rollBack();
            return lost(e);
        }
    }

    private Evidence evidence(Action action) throws SQLException {
        var patience = new Patience(around.limits().lock(), around.limits().work());
        return transaction.run(connection -> switch (action) {
            case ACT -> {
                var kind = reports ? Work.ACCEPTED : Work.WORK;
                boolean mine = BarrierRows.insertWork(connection, branch, kind, null, patience);
                yield evidenceOf(
                        mine ? new Seen(null, null, null) : BarrierRows.look(connection, branch.id()), branch, around);
            }
            case UNDO, FENCE -> {
                var mine = BarrierRows.insertFenceAndCancel(connection, branch.id(), patience);
                yield evidenceOf(BarrierRows.look(connection, branch.id()).without(mine), branch, around);
            }
            case REPORT -> throw new IllegalStateException("a report is part of the service's own transaction");
        });
    }

    /// What the rows of a step show.
    static Evidence evidenceOf(Seen rows, Branch branch, Surroundings around) {
        boolean fenced = rows.work() == null || rows.work() == Work.FENCE;
        if (rows.end() != null) {
            return fenced ? Evidence.FENCED : Evidence.UNDONE;
        }
        return switch (rows.work()) {
            case WORK -> Evidence.ACTED;
            case ACCEPTED -> Evidence.ACCEPTED;
            case REJECTED -> Evidence.REJECTED;
            case FENCE -> Evidence.FENCED;
            case null -> around.memory().isOlder(branch.id()) ? Evidence.FORGOTTEN : Evidence.NONE;
        };
    }

    private Input work(Action action) {
        around.crashPoints().hit(CrashPoint.C3_BARRIER_INSERTED);
        try {
            branch.work(() -> perform(action));
        } catch (Thrown thrown) {
            transaction.rollBack();
            return failed(Objects.requireNonNull(thrown.getCause()));
        }
        around.crashPoints().hit(CrashPoint.C2_BRANCH_EXECUTED);
        return commit(action);
    }

    private boolean perform(Action action) {
        try {
            if (action == Action.UNDO) {
                transaction.run(connection -> {
                    BarrierRows.endWork(connection, branch.id());
                    return true;
                });
            }
            work.run(branch);
            return true;
        } catch (Throwable e) {
            throw new Thrown(e);
        }
    }

    private Input commit(Action action) {
        try {
            transaction.commit();
        } catch (RuntimeException e) {
            return failed(e);
        }
        around.crashPoints().hit(CrashPoint.C9_COMMITTED_BEFORE_ACK);
        return action == Action.ACT && reports ? new Input.CommittedToReport() : new Input.Committed();
    }

    private Input failed(Throwable failure) {
        return switch (WorkFailure.of(failure, branch, false)) {
            case WorkFailure.Refused(var refusal) -> {
                reason = refusal.detail();
                yield new Input.Refused(refusal);
            }
            case WorkFailure.Fault(var refusal) -> {
                reason = refusal.detail();
                LOG.error("{} {} failed", branch.id(), branch.operation(), failure);
                yield new Input.Refused(refusal);
            }
            case WorkFailure.Lost _ -> lost(failure);
        };
    }

    private Input lost(Throwable failure) {
        reason = String.valueOf(failure.getMessage());
        LOG.warn("{} {}: the database did not answer: {}", branch.id(), branch.operation(), reason);
        return new Input.Lost();
    }

    @Override
    public void close() {
        transaction.close();
    }
}
