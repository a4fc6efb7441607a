package io.covenant.transactions.participant;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.resource.jdbc.spi.JdbcSessionOwner;
import org.hibernate.resource.transaction.backend.jdbc.internal.JdbcResourceLocalTransactionCoordinatorBuilderImpl;
import org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransaction;
import org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransactionAccess;
import org.hibernate.resource.transaction.spi.TransactionCoordinator;
import org.hibernate.resource.transaction.spi.TransactionCoordinatorOwner;
import org.hibernate.resource.transaction.spi.TransactionStatus;

/// Hibernate's coordination of JDBC transactions, in which the commit of a branch's transaction is a prepare.
///
/// This is the one place that comes after everything that may write (the flush, version checks, before-completion
/// callbacks of JPA, Hibernate and Spring) and before everything that believes in the commit.
public final class PreparingTransactionCoordinatorBuilder extends JdbcResourceLocalTransactionCoordinatorBuilderImpl {

    @Override
    public TransactionCoordinator buildTransactionCoordinator(TransactionCoordinatorOwner owner, Options options) {
        return super.buildTransactionCoordinator(
                owner instanceof JdbcCoordinator jdbc ? new PreparingOwner(jdbc) : owner, options);
    }

    private record PreparingOwner(JdbcCoordinator jdbc)
            implements TransactionCoordinatorOwner, JdbcResourceTransactionAccess {

        @Override
        public JdbcResourceTransaction getResourceLocalTransaction() {
            return new PreparingTransaction(
                    jdbc.getResourceLocalTransaction(),
                    () -> jdbc.getLogicalConnection().getPhysicalConnection());
        }

        @Override
        public boolean isActive() {
            return jdbc.isActive();
        }

        @Override
        public void startTransactionBoundary() {
            jdbc.startTransactionBoundary();
        }

        @Override
        public void afterTransactionBegin() {
            jdbc.afterTransactionBegin();
        }

        @Override
        public void beforeTransactionCompletion() {
            jdbc.beforeTransactionCompletion();
        }

        @Override
        public void afterTransactionCompletion(boolean successful, boolean delayed) {
            jdbc.afterTransactionCompletion(successful, delayed);
        }

        @Override
        public JdbcSessionOwner getJdbcSessionOwner() {
            return jdbc.getJdbcSessionOwner();
        }

        @Override
        public void setTransactionTimeOut(int seconds) {
            jdbc.setTransactionTimeOut(seconds);
        }

        @Override
        public void flushBeforeTransactionCompletion() {
            jdbc.flushBeforeTransactionCompletion();
        }
    }

    private record PreparingTransaction(JdbcResourceTransaction transaction, Supplier<Connection> connection)
            implements JdbcResourceTransaction {

        @Override
        public void begin() {
            transaction.begin();
        }

        @Override
        public void commit() {
            var branch = BranchTransaction.current();
            if (branch != null && branch.writes()) {
                try {
                    branch.prepare(connection.get());
                } catch (SQLException e) {
                    throw new PrepareFailedException(e);
                }
            }
            // After a prepare there is nothing to commit: this only ends the transaction in Hibernate's own books.
            transaction.commit();
        }

        @Override
        public void rollback() {
            transaction.rollback();
        }

        @Override
        public TransactionStatus getStatus() {
            return transaction.getStatus();
        }

        @Override
        public void markRollbackOnly() {
            transaction.markRollbackOnly();
        }
    }
}
