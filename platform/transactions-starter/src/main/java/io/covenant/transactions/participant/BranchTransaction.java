package io.covenant.transactions.participant;

import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.ResourceHolder;
import org.springframework.transaction.support.ResourceHolderSynchronization;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// The database transaction of one branch while a thread works on it: how it has to end, and how another thread stops
/// it.
///
/// Confined to the working thread, but for [#cancel()].
final class BranchTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(BranchTransaction.class);
    private static final ScopedValue<BranchTransaction> CURRENT = ScopedValue.newInstance();

    /// How far its end has come.
    enum Progress {
        /// Nothing was sent that could outlast the connection.
        WORKING,
        /// `PREPARE TRANSACTION` is sent; without an answer, whether it took effect is unknown.
        PREPARE_SENT,
        PREPARED,
        /// It is over, without having been prepared.
        COMMITTED
    }

    private final Branch branch;
    private final boolean writes;
    private final CrashPoints crashPoints;
    private Progress progress = Progress.WORKING;
    private @Nullable Connection connection;
    private Set<Object> resources = Set.of();
    private List<TransactionSynchronization> parked = List.of();

    // Guarded by this.
    private @Nullable BaseConnection cancellable;
    private boolean cancelled;

    BranchTransaction(Branch branch, boolean writes, CrashPoints crashPoints) {
        this.branch = branch;
        this.writes = writes;
        this.crashPoints = crashPoints;
    }

    /// The branch that the calling thread works on.
    static @Nullable BranchTransaction current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    <T> T call(ScopedValue.CallableOp<T, RuntimeException> work) {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    Branch branch() {
        return branch;
    }

    /// Whether it is to be prepared; a branch that only reads, or that commits in one phase, just ends.
    boolean writes() {
        return writes;
    }

    Progress progress() {
        return progress;
    }

    /// What was to happen after the commit.
    List<TransactionSynchronization> parked() {
        return parked;
    }

    /// The transaction has begun, on this connection.
    void begin(Connection connection) throws SQLException {
        this.connection = connection;
        TransactionSynchronizationManager.registerSynchronization(new OneTransactionOnly(branch));
        var postgres = connection.unwrap(BaseConnection.class);
        synchronized (this) {
            cancellable = postgres;
        }
        refuseWhenCancelled();
    }

    /// From another thread: the branch is told to abort and must not be prepared any more. Stops the statement that it
    /// may be waiting for.
    synchronized void cancel() {
        cancelled = true;
        if (cancellable != null) {
            try {
                cancellable.cancelQuery();
            } catch (SQLException e) {
                LOG.warn("could not cancel the running work of {}", branch.id(), e);
            }
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /// The connection is about to leave this branch: a cancel that comes later must not hit whoever has it next.
    synchronized void letGo() {
        cancellable = null;
    }

    /// Says what belongs to this database among the resources of the thread: the data source, and what stands on it.
    void owns(Object... own) {
        resources = Set.of(own);
    }

    /// Refuses when something else than this database takes part in the thread's transaction.
    void refuseForeignResources() {
        TransactionSynchronizationManager.getResourceMap().forEach((resource, holder) -> {
            if (holder instanceof ResourceHolder && !resources.contains(resource)) {
                throw foreign(resource);
            }
        });
        for (var synchronization : TransactionSynchronizationManager.getSynchronizations()) {
            if (tidiesUpAResource(synchronization)) {
                throw foreign(synchronization);
            }
        }
    }

    /// Resources that join a transaction which somebody else manages are tidied up by such callbacks; the branch's own
    /// connection and session are not among them.
    private static boolean tidiesUpAResource(TransactionSynchronization synchronization) {
        return synchronization instanceof ResourceHolderSynchronization<?, ?>
                || synchronization.getClass().getName().startsWith(DataSourceUtils.class.getName());
    }

    private static BranchNotPreparableException foreign(Object resource) {
        return new BranchNotPreparableException(
                "The branch used a second transactional resource, which does not wait for the decision: " + resource);
    }

    /// Prepares, as the very last act on the connection.
    @SuppressWarnings("ReferenceEquality") // whether it is this very connection, is the question
    void prepare(Connection asked) throws SQLException {
        if (asked != connection || progress != Progress.WORKING) {
            throw new BranchNotPreparableException(
                    "The branch committed a transaction of its own, beside the one that is to be prepared.");
        }
        refuseForeignResources();
        letGo();
        refuseWhenCancelled();
        refuseWhenLate();
        var postgres = asked.unwrap(BaseConnection.class);
        requireOpen(postgres.getTransactionState());
        crashPoints.hit(CrashPoint.C4_BEFORE_PREPARE);
        progress = Progress.PREPARE_SENT;
        try (var statement = postgres.createStatement()) {
            // A gid has no character that needs quoting.
            statement.execute("PREPARE TRANSACTION '" + branch.id().gid() + "'");
        }
        if (postgres.getTransactionState() != TransactionState.IDLE) {
            throw new IllegalStateException("the connection is still in a transaction after PREPARE TRANSACTION");
        }
        progress = Progress.PREPARED;
        crashPoints.hit(CrashPoint.C5_PREPARED);
    }

    /// A plain commit is about to end it; refuses what [#prepare] would refuse.
    void beforeCommit() throws SQLException {
        letGo();
        refuseWhenCancelled();
        refuseWhenLate();
        var mine = connection;
        if (mine != null) {
            requireOpen(mine.unwrap(BaseConnection.class).getTransactionState());
        }
        crashPoints.hit(CrashPoint.C4_BEFORE_PREPARE);
    }

    /// It has ended by a plain commit.
    void committed() {
        progress = Progress.COMMITTED;
    }

    /// Takes the callbacks that wait for the commit out of the thread's transaction, which is only prepared. Those that
    /// tidy up the thread stay.
    void park() {
        var all = TransactionSynchronizationManager.getSynchronizations();
        parked = all.stream()
                .filter(callback -> !(callback instanceof OneTransactionOnly) && !tidiesUpAResource(callback))
                .toList();
        TransactionSynchronizationManager.clearSynchronization();
        TransactionSynchronizationManager.initSynchronization();
        all.stream()
                .filter(BranchTransaction::tidiesUpAResource)
                .forEach(TransactionSynchronizationManager::registerSynchronization);
    }

    void refuseWhenLate() {
        branch.refuseWhenLate();
    }

    private void refuseWhenCancelled() {
        if (isCancelled()) {
            throw new BranchRefusedException(Refusals.ABORTED);
        }
    }

    private static void requireOpen(TransactionState state) {
        switch (state) {
            case OPEN -> {}
            // PREPARE would answer "ROLLBACK" here, without an error.
            case FAILED ->
                throw new BranchNotPreparableException(
                        "A statement of the branch failed and its error was not passed on.");
            case IDLE -> throw new BranchNotPreparableException("The branch ended its database transaction by itself.");
        }
    }
}
