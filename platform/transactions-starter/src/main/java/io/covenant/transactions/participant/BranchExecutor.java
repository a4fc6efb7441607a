package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// Works on branches, prepares them, and finishes them: [io.covenant.transactions.twophase.TwoPhaseParticipant] over
/// one PostgreSQL database.
///
/// It needs no Spring context. All that lasts is in the database, so that any number of executors over the same
/// database, in any number of processes, finish each other's branches. Thread-safe.
public final class BranchExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(BranchExecutor.class);

    private final PreparableTransactions transactions;
    private final DataSource finishing;
    private final BranchLimits limits;
    private final CrashPoints crashPoints;
    private final BranchMetrics metrics;
    private final ParkedCallbacks parked = new ParkedCallbacks();
    private final ConcurrentMap<BranchId, BranchTransaction> running = new ConcurrentHashMap<>();

    /// @param transactions begins and prepares the transactions of the branches
    /// @param finishing    the same database, for the second phase; a pool of its own, or else work that
    ///                     waits for the locks of a prepared branch can keep all connections from its commit
    public BranchExecutor(
            PreparableTransactions transactions,
            DataSource finishing,
            BranchLimits limits,
            CrashPoints crashPoints,
            BranchMetrics metrics) {
        this.transactions = transactions;
        this.finishing = finishing;
        this.limits = limits;
        this.crashPoints = crashPoints;
        this.metrics = metrics;
        metrics.watchParked(parked::size);
    }

    /// An executor for plain JDBC, without metrics. The work finds its connection through Spring's
    /// [org.springframework.jdbc.datasource.DataSourceUtils], as `JdbcTemplate` and `JdbcClient` do.
    public static BranchExecutor over(DataSource working, DataSource finishing) {
        return new BranchExecutor(
                new PreparableDataSourceTransactionManager(working),
                finishing,
                BranchLimits.defaults(),
                CrashPoints.none(),
                BranchMetrics.none());
    }

    /// Does a branch's work, prepares it, and votes.
    ///
    /// @param operation what the work is called
    /// @param timeLeft  until the transaction aborts
    public PrepareAnswer prepare(BranchId branch, String operation, Duration timeLeft, BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), true, work);
    }

    /// The same for work that only reads: it is not prepared, and PostgreSQL refuses its writes.
    public PrepareAnswer read(BranchId branch, String operation, Duration timeLeft, BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), false, work);
    }

    private PrepareAnswer prepare(Branch branch, boolean writes, BranchWork work) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a branch begins its own transaction, but the thread is in one already");
        }
        long began = System.nanoTime();
        var transaction = new BranchTransaction(branch, writes, crashPoints);
        if (running.putIfAbsent(branch.id(), transaction) != null) {
            return new PrepareAnswer.Ongoing();
        }
        PrepareAnswer answer;
        try {
            var call = new PrepareCall(transaction, work, transactions, finishing, limits, crashPoints);
            answer = transaction.call(call::run);
            if (!transaction.parked().isEmpty()) {
                parked.park(branch.id(), transaction.parked());
            }
        } finally {
            running.remove(branch.id(), transaction);
        }
        metrics.prepared(branch.operation(), answer, System.nanoTime() - began);
        LOG.debug("{} {}: {}", branch.id(), branch.operation(), answer);
        return answer;
    }

    /// Commits or rolls back a branch that was prepared by any executor, and says so only with evidence.
    public FinishAnswer finish(BranchId branch, Decision decision) {
        long began = System.nanoTime();
        FinishAnswer answer;
        try (var call = new FinishCall(branch, decision, finishing, limits, crashPoints, metrics, this::cancel)) {
            answer = call.run();
        }
        if (answer instanceof FinishAnswer.Done) {
            parked.release(branch, decision);
        }
        metrics.finished(decision, answer, System.nanoTime() - began);
        LOG.debug("{} {}: {}", branch, decision, answer);
        return answer;
    }

    /// Stops the work on a branch in this process.
    private void cancel(BranchId branch) {
        var transaction = running.get(branch);
        if (transaction != null) {
            transaction.cancel();
        }
    }

    /// Lets parked callbacks know what other instances have done with their branches.
    ///
    /// @param held what is still prepared
    void releaseFinishedElsewhere(Set<BranchId> held, Duration parkedFor) {
        for (var branch : parked.parkedFor(parkedFor.toNanos())) {
            if (held.contains(branch)) {
                continue;
            }
            try (var connection = finishing.getConnection()) {
                var committed = BranchEvidence.look(connection, branch) == Evidence.WORK;
                parked.release(branch, committed ? Decision.COMMIT : Decision.ABORT);
            } catch (SQLException e) {
                LOG.warn("the callbacks of {} wait on: {}", branch, e.getMessage());
            }
        }
    }
}
