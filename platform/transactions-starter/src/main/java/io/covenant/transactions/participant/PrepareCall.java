package io.covenant.transactions.participant;

import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.onephase.OnePhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.State;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/// One request to prepare: each effect of the core is one method over JDBC.
final class PrepareCall {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareCall.class);
    private static final TwoPhaseParticipant PROTOCOL = new TwoPhaseParticipant();
    private static final OnePhaseParticipant ONE_PHASE = new OnePhaseParticipant();

    private final BranchTransaction transaction;
    private final BranchWork work;
    private final PreparableTransactions transactions;
    private final DataSource finishing;
    private final BranchLimits limits;
    private final CrashPoints crashPoints;

    private boolean inOnePhase;
    private @Nullable TransactionStatus status;
    private boolean ongoing;
    private @Nullable Evidence found;
    private String unknown = "the database did not answer";

    PrepareCall(
            BranchTransaction transaction,
            BranchWork work,
            PreparableTransactions transactions,
            DataSource finishing,
            BranchLimits limits,
            CrashPoints crashPoints) {
        this.transaction = transaction;
        this.work = work;
        this.transactions = transactions;
        this.finishing = finishing;
        this.limits = limits;
        this.crashPoints = crashPoints;
    }

    PrepareAnswer run() {
        State state = new State.Idle();
        Input input = new Input.PrepareAsked();
        while (true) {
            var step = PROTOCOL.on(state, input);
            state = step.next();
            switch (step.effects().getFirst()) {
                case Effect.Cast(var vote) -> {
                    return new PrepareAnswer.Voted(vote);
                }
                case Effect.AskAgain _ -> {
                    return unsettled();
                }
                case Effect.Work _,
                        Effect.Prepare _,
                        Effect.Finish _,
                        Effect.Look _,
                        Effect.Fence _,
                        Effect.Confirm _ -> input = perform(step.effects().getFirst());
            }
        }
    }

    /// The same for a branch that has answered before: what there is of it is looked for first, as to wait for its
    /// own row takes long.
    PrepareAnswer runAgain() {
        var branch = transaction.branch().id();
        try (var connection = finishing.getConnection()) {
            var evidence = BranchEvidence.isPrepared(connection, branch)
                    ? Evidence.PREPARED
                    : BranchEvidence.look(connection, branch);
            found = evidence == Evidence.NONE ? null : evidence;
        } catch (SQLException e) {
            lost(e);
            return unsettled();
        }
        return run();
    }

    /// The same for a branch that commits at once, in place of being prepared; of one that writes.
    PrepareAnswer runInOnePhase() {
        inOnePhase = true;
        var state = OnePhaseParticipant.idle();
        Input input = new Input.PrepareAsked();
        while (true) {
            var step = ONE_PHASE.on(state, input);
            state = step.next();
            switch (step.effects().getFirst()) {
                case Effect.Cast(var vote) -> {
                    return new PrepareAnswer.Voted(vote);
                }
                case Effect.AskAgain _ -> {
                    return unsettled();
                }
                case Effect effect -> input = perform(effect);
            }
        }
    }

    /// What the branch hears once this has been tried, whichever protocol asks for it.
    Input perform(Effect effect) {
        return switch (effect) {
            case Effect.Work _ when found != null -> new Input.Found(found);
            case Effect.Work _ -> transaction.writes() || inOnePhase ? work() : read();
            case Effect.Prepare _ -> prepare();
            case Effect.Finish _, Effect.Look _, Effect.Fence _, Effect.Confirm _, Effect.Cast _, Effect.AskAgain _ ->
                throw new IllegalStateException("not part of a prepare: " + effect);
        };
    }

    /// Why there is no vote.
    PrepareAnswer unsettled() {
        return ongoing ? new PrepareAnswer.Ongoing() : new PrepareAnswer.Unknown(unknown);
    }

    /// Begins, inserts the barrier row, works. The flush comes with the prepare, which nothing may follow.
    private Input work() {
        try {
            transaction.refuseWhenLate();
            begin(false);
            if (!enter()) {
                return foundCommitted();
            }
            crashPoints.hit(CrashPoint.C3_BARRIER_INSERTED);
            work.run(transaction.branch());
            crashPoints.hit(CrashPoint.C2_BRANCH_EXECUTED);
            return new Input.Worked();
        } catch (BarrierTakenException e) {
            rollBack();
            return foundUncommitted();
        } catch (Throwable e) {
            rollBack();
            return failed(e);
        }
    }

    /// Works in a read-only transaction, which then is over.
    private Input read() {
        try {
            transaction.refuseWhenLate();
            begin(true);
            var connection = DataSourceUtils.getConnection(transactions.database());
            try {
                BranchEvidence.limitReading(connection, transaction.branch(), limits);
                transaction.begin(connection);
            } finally {
                DataSourceUtils.releaseConnection(connection, transactions.database());
            }
            work.run(transaction.branch());
            commit();
            return new Input.WorkedReadOnly();
        } catch (Throwable e) {
            rollBack();
            return failed(e);
        }
    }

    private void begin(boolean readOnly) {
        var definition = new DefaultTransactionDefinition();
        definition.setName(transaction.branch().operation());
        definition.setReadOnly(readOnly);
        status = transactions.getTransaction(definition);
    }

    private boolean enter() throws SQLException, BarrierTakenException {
        var connection = DataSourceUtils.getConnection(transactions.database());
        try {
            boolean entered = BranchEvidence.enter(connection, transaction.branch(), limits);
            if (entered) {
                // Not before: the driver sends BEGIN as a query of its own, and would the cancel hit that one, the
                // barrier row would commit alone.
                transaction.begin(connection);
            }
            return entered;
        } catch (SQLException e) {
            if (SqlFailure.hasState(e, SqlFailure.LOCK_NOT_AVAILABLE)
                    || SqlFailure.hasState(e, SqlFailure.SERIALIZATION_FAILURE)) {
                throw new BarrierTakenException(e);
            }
            throw e;
        } finally {
            DataSourceUtils.releaseConnection(connection, transactions.database());
        }
    }

    private Input foundCommitted() throws SQLException {
        rollBack();
        try (var connection = finishing.getConnection()) {
            return new Input.Found(
                    BranchEvidence.look(connection, transaction.branch().id()));
        }
    }

    /// Somebody holds the row and has not committed it.
    private Input foundUncommitted() {
        var branch = transaction.branch().id();
        try (var connection = finishing.getConnection()) {
            if (BranchEvidence.isPrepared(connection, branch)) {
                return new Input.Found(Evidence.PREPARED);
            }
            var evidence = BranchEvidence.look(connection, branch);
            ongoing = true;
            return new Input.Found(evidence == Evidence.NONE ? Evidence.RUNNING : evidence);
        } catch (SQLException e) {
            return lost(e);
        }
    }

    /// Commits in Spring's sense: flushes, calls back whoever asked to be before the commit, and prepares.
    private Input prepare() {
        try {
            if (inOnePhase) {
                transaction.beforeCommit();
            }
            commit();
        } catch (SQLException | RuntimeException e) {
            if (!isOver()) {
                rollBack();
                return failed(e);
            }
            LOG.warn(
                    "{} is prepared or committed, but a callback failed after that",
                    transaction.branch().id(),
                    e);
        }
        if (inOnePhase && isOver()) {
            crashPoints.hit(CrashPoint.C9_COMMITTED_BEFORE_ACK);
        }
        return switch (transaction.progress()) {
            case PREPARED, COMMITTED -> new Input.PrepareDone();
            // The method has marked its transaction to be rolled back, without an exception.
            case WORKING, PREPARE_SENT -> new Input.Refused(Refusals.ROLLED_BACK);
        };
    }

    private boolean isOver() {
        return switch (transaction.progress()) {
            case PREPARED, COMMITTED -> true;
            case WORKING, PREPARE_SENT -> false;
        };
    }

    private void commit() {
        var ending = status;
        status = null;
        if (ending != null) {
            transactions.commit(ending);
        }
    }

    private void rollBack() {
        transaction.letGo();
        var ending = status;
        status = null;
        if (ending != null && !ending.isCompleted()) {
            try {
                transactions.rollback(ending);
            } catch (RuntimeException e) {
                // The server rolls back by itself what its client left behind.
                LOG.debug("rollback of {} failed", transaction.branch().id(), e);
            }
        }
    }

    /// Rolled back: tells why, or that nothing is known.
    private Input failed(Throwable failure) {
        return switch (WorkFailure.of(failure, transaction.branch(), transaction.isCancelled())) {
            case WorkFailure.Refused(var refusal) -> new Input.Refused(refusal);
            case WorkFailure.Fault(var refusal) -> {
                LOG.error(
                        "{} {} failed",
                        transaction.branch().id(),
                        transaction.branch().operation(),
                        failure);
                yield new Input.Refused(refusal);
            }
            case WorkFailure.Lost _ -> lost(failure);
        };
    }

    private Input lost(Throwable failure) {
        LOG.warn(
                "{} {}: the database did not answer: {}",
                transaction.branch().id(),
                transaction.branch().operation(),
                failure.getMessage());
        unknown = String.valueOf(failure.getMessage());
        return new Input.Lost();
    }

    /// The barrier row could not be inserted because somebody has inserted it and not committed.
    private static final class BarrierTakenException extends Exception {
        BarrierTakenException(SQLException cause) {
            super(cause);
        }
    }
}
