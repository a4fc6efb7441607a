package io.covenant.transactions.participant.local;

import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.OneTransactionOnly;
import io.covenant.transactions.participant.PreparableTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// The local transaction of one request: the service's work and the barrier rows, both or neither.
///
/// Confined to the thread that began it.
final class LocalTransaction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalTransaction.class);

    private final Branch branch;
    private final PreparableTransactions transactions;
    private @Nullable TransactionStatus status;

    LocalTransaction(Branch branch, PreparableTransactions transactions) {
        this.branch = branch;
        this.transactions = transactions;
    }

    /// What is done on the connection of the transaction.
    @FunctionalInterface
    interface Statements<T> {
        T on(Connection connection) throws SQLException;
    }

    void begin() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a branch begins its own transaction, but the thread is in one already");
        }
        var definition = new DefaultTransactionDefinition();
        definition.setName(branch.operation());
        status = transactions.getTransaction(definition);
        TransactionSynchronizationManager.registerSynchronization(new OneTransactionOnly(branch));
    }

    <T> T run(Statements<T> statements) throws SQLException {
        var connection = DataSourceUtils.getConnection(transactions.database());
        try {
            return statements.on(connection);
        } finally {
            DataSourceUtils.releaseConnection(connection, transactions.database());
        }
    }

    /// Commits in Spring's sense: flushes, calls back whoever asked to be, and commits.
    void commit() {
        var ending = status;
        status = null;
        if (ending != null) {
            transactions.commit(ending);
        }
    }

    void rollBack() {
        var ending = status;
        status = null;
        if (ending != null && !ending.isCompleted()) {
            try {
                transactions.rollback(ending);
            } catch (RuntimeException e) {
                // The server rolls back by itself what its client left behind.
                LOG.debug("rollback of {} failed", branch.id(), e);
            }
        }
    }

    /// Rolls back what nobody has ended.
    @Override
    public void close() {
        rollBack();
    }
}
