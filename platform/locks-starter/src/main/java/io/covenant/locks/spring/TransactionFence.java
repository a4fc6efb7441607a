package io.covenant.locks.spring;

import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.fencing.FencingGuard;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// The [FencingGuard] in the transaction that Spring has begun, be it of JDBC or of JPA over the same data
/// source.
public final class TransactionFence {

    private final DataSource dataSource;
    private final FencingGuard guard;
    private final String who;

    TransactionFence(DataSource dataSource, FencingGuard guard, String who) {
        this.dataSource = dataSource;
        this.guard = guard;
        this.who = who;
    }

    /// Lets the writes of this transaction pass, with the token of the [FencingContext].
    ///
    /// @throws FencedOffException when the token is too old; the transaction has to roll back
    public void check(String resource) {
        check(resource, FencingContext.requireToken());
    }

    public void check(String resource, long token) {
        check(resource, token, who, "");
    }

    /// @param who  holds the lock, if that is not this instance
    /// @param what is to be written, for the audit
    public void check(String resource, long token, String who, String what) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "the fence of %s has to be asked in the transaction of the write; there is none"
                            .formatted(resource));
        }
        var connection = DataSourceUtils.getConnection(dataSource);
        try {
            guard.check(connection, resource, token, who, what);
        } catch (SQLException e) {
            var translated = new SQLExceptionSubclassTranslator().translate("fence of " + resource, null, e);
            throw translated != null ? translated : new UncategorizedSQLException("fence of " + resource, null, e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }
}
