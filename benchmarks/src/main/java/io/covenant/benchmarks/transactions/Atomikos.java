package io.covenant.benchmarks.transactions;

import com.atomikos.icatch.config.UserTransactionServiceImp;
import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import java.nio.file.Path;
import java.util.Properties;
import javax.transaction.SystemException;

/// Atomikos as its guide to performance has it: its pools large enough, no limit to its transactions, their
/// branches free of each other, and its log on.
final class Atomikos {

    static final String NAME = "atomikos";

    private Atomikos() {}

    /// @param log where it is kept
    static Xa.Product start(Databases databases, int connections, Path log) throws SystemException {
        var properties = new Properties();
        properties.setProperty("com.atomikos.icatch.enable_logging", "true");
        properties.setProperty("com.atomikos.icatch.log_base_dir", log.toString());
        properties.setProperty("com.atomikos.icatch.tm_unique_name", "benchmark");
        properties.setProperty("com.atomikos.icatch.max_actives", "-1");
        properties.setProperty("com.atomikos.icatch.serial_jta_transactions", "false");
        var service = new UserTransactionServiceImp(properties);
        service.init();
        var transactions = new UserTransactionManager();
        transactions.setStartupTransactionService(false);
        transactions.init();
        AtomikosDataSourceBean orders = pool(databases.orders(), connections);
        AtomikosDataSourceBean inventory = pool(databases.inventory(), connections);
        return new Xa.Product(
                NAME,
                "Atomikos 6.0.0 in this process, its own pools, PostgreSQL's XA, its log on",
                transactions::begin,
                transactions::commit,
                transactions::rollback,
                orders,
                inventory,
                () -> {
                    orders.close();
                    inventory.close();
                    transactions.close();
                    service.shutdown(true);
                });
    }

    private static AtomikosDataSourceBean pool(Database database, int connections) {
        var pool = new AtomikosDataSourceBean();
        pool.setUniqueResourceName(database.name());
        pool.setXaDataSource(Xa.physical(database, NAME));
        pool.setPoolSize(connections);
        pool.setBorrowConnectionTimeout(30);
        pool.setConcurrentConnectionValidation(true);
        return pool;
    }
}
