package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.participant.DatabaseSilentException;
import io.covenant.transactions.participant.PreparableTransactions;
import io.covenant.transactions.participant.local.BarrierRows.Work;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaParticipant;
import io.covenant.transactions.saga.SagaParticipant.Effect;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.saga.SagaParticipant.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// How a service says that work which a step has only begun is over; see [SagaStep#reports()].
///
/// A report is part of the service's own transaction, so that it is true exactly when what it reports is. Coordinators
/// are told after the commit.
public final class StepReports {

    private static final SagaParticipant PROTOCOL = new SagaParticipant();

    private final PreparableTransactions transactions;
    private final Surroundings around;
    private final ReportBox box;
    private final Runnable afterCommit;

    StepReports(PreparableTransactions transactions, Surroundings around, ReportBox box, Runnable afterCommit) {
        this.transactions = transactions;
        this.around = around;
        this.box = box;
        this.afterCommit = afterCommit;
    }

    /// The step is done, once the caller's transaction commits.
    ///
    /// @throws BranchRefusedException when it took too long and was compensated meanwhile, or was never
    ///         accepted: what the caller has done for it must not be committed
    public void done(BranchId step) {
        if (report(step, Optional.empty()) instanceof SagaAnswer.Refused(var why)) {
            throw new BranchRefusedException(why);
        }
    }

    /// The step cannot be done, and the caller's transaction leaves nothing of it.
    ///
    /// @throws BranchRefusedException when it was reported to be done before
    public void failed(BranchId step, Refusal why) {
        if (report(step, Optional.of(why)) instanceof SagaAnswer.Succeeded) {
            throw new BranchRefusedException("step-done", "The step was reported to be done before.");
        }
    }

    private SagaAnswer report(BranchId step, Optional<Refusal> refusal) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "A step is reported inside the transaction that ends its work; call it from a @Transactional method.");
        }
        var connection = DataSourceUtils.getConnection(transactions.database());
        try {
            return converse(connection, step, refusal);
        } catch (SQLException e) {
            if (Surroundings.isTaken(e)) {
                throw new CannotAcquireLockException("the step " + step + " is being worked on", e);
            }
            throw new DatabaseSilentException("the step " + step + " could not be reported", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, transactions.database());
        }
    }

    private SagaAnswer converse(Connection connection, BranchId step, Optional<Refusal> refusal) throws SQLException {
        State state = new State.Idle();
        Input input = new Input.Reported(refusal);
        while (true) {
            var next = PROTOCOL.on(state, input);
            state = next.next();
            Input following = null;
            for (var effect : next.effects()) {
                switch (effect) {
                    case Effect.Enter _ -> {
                        BarrierRows.lockWork(connection, step);
                        // Only now: who compensates has committed, or waits for us.
                        var rows = BarrierRows.look(connection, step);
                        following = new Input.Found(
                                StepCall.evidenceOf(rows, Branch.of(step, "report", Duration.ZERO), around));
                    }
                    case Effect.Work(var _, var why) -> {
                        BarrierRows.report(connection, step, why.isPresent() ? Work.REJECTED : Work.WORK);
                        box.put(connection, step.gid(), why);
                        tellAfterCommit();
                        following = new Input.Committed();
                    }
                    // What becomes of the transaction is up to the service.
                    case Effect.Leave _ -> {}
                    case Effect.Reply(var answer) -> {
                        return answer;
                    }
                    case Effect.Fence _, Effect.AskAgain _ ->
                        throw new IllegalStateException("not part of a report: " + effect);
                }
            }
            input = Objects.requireNonNull(following, "an effect that leads on");
        }
    }

    private void tellAfterCommit() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                afterCommit.run();
            }
        });
    }
}
