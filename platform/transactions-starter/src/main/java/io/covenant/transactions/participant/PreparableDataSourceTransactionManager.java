package io.covenant.transactions.participant;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// Plain JDBC, with `PREPARE TRANSACTION` in place of the commit when a branch ends.
public final class PreparableDataSourceTransactionManager extends JdbcTransactionManager
        implements PreparableTransactions {

    private final transient DataSource database;

    public PreparableDataSourceTransactionManager(DataSource database) {
        super(database);
        this.database = obtainDataSource();
        setRollbackOnCommitFailure(true);
    }

    @Override
    public DataSource database() {
        return database;
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        var branch = BranchTransaction.current();
        if (branch == null) {
            super.doCommit(status);
            return;
        }
        branch.owns(database);
        if (!branch.writes()) {
            branch.refuseForeignResources();
            super.doCommit(status);
            branch.committed();
            return;
        }
        var holder = (ConnectionHolder) TransactionSynchronizationManager.getResource(database);
        if (holder == null) {
            throw new IllegalStateException("no connection is bound to the thread of " + branch.branch());
        }
        try {
            branch.prepare(holder.getConnection());
        } catch (SQLException e) {
            throw translateException("PREPARE TRANSACTION", e);
        }
        branch.park();
    }
}
