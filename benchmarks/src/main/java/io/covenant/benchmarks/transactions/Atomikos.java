package io.covenant.benchmarks.transactions;

import com.atomikos.icatch.config.UserTransactionServiceImp;
import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import java.nio.file.Path;
import java.util.Properties;
import javax.sql.DataSource;
import javax.transaction.SystemException;

/// Atomikos as its guide to performance has it: its pools large enough, no limit to its transactions, their
/// branches free of each other, and its log on.
final class Atomikos implements Xa.Product {

    static final String NAME = "atomikos";

    private final UserTransactionServiceImp service;
    private final UserTransactionManager transactions;
    private final AtomikosDataSourceBean orders;
    private final AtomikosDataSourceBean inventory;

    /// @param log where it is kept
    Atomikos(Servers servers, int connections, Path log) throws SystemException {
        var properties = new Properties();
        properties.setProperty("com.atomikos.icatch.enable_logging", "true");
        properties.setProperty("com.atomikos.icatch.log_base_dir", log.toString());
        properties.setProperty("com.atomikos.icatch.tm_unique_name", "benchmark");
        properties.setProperty("com.atomikos.icatch.max_actives", "-1");
        properties.setProperty("com.atomikos.icatch.serial_jta_transactions", "false");
        service = new UserTransactionServiceImp(properties);
        service.init();
        transactions = new UserTransactionManager();
        transactions.setStartupTransactionService(false);
        transactions.init();
        orders = pool(servers.orders(), connections);
        inventory = pool(servers.inventory(), connections);
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

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Atomikos 6.0.0 in this process, its own pools, PostgreSQL's XA, its log on";
    }

    @Override
    public void begin() throws Exception {
        transactions.begin();
    }

    @Override
    public void commit() throws Exception {
        transactions.commit();
    }

    @Override
    public void rollback() throws Exception {
        transactions.rollback();
    }

    @Override
    public DataSource orders() {
        return orders;
    }

    @Override
    public DataSource inventory() {
        return inventory;
    }

    @Override
    public void close() {
        orders.close();
        inventory.close();
        transactions.close();
        service.shutdown(true);
    }
}
