package io.covenant.transactions.participant;

import javax.sql.DataSource;
import org.springframework.transaction.PlatformTransactionManager;

/// A transaction manager whose commit, inside a branch, is `PREPARE TRANSACTION`; outside of branches it commits as
/// always.
public sealed interface PreparableTransactions extends PlatformTransactionManager
        permits PreparableDataSourceTransactionManager, PreparableJpaTransactionManager {

    /// The database whose transactions it manages.
    DataSource database();
}
