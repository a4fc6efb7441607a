package io.covenant.benchmarks.transactions;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.coordinator.TxControl;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.xa.PGXADataSource;

/// Narayana, as Quarkus sets it up: with the pool that is made for it, and its log in a journal that collects the
/// forced writes of one moment.
final class Narayana implements Xa.Product {

    static final String NAME = "narayana";

    private final TransactionManager transactions;
    private final AgroalDataSource orders;
    private final AgroalDataSource inventory;

    /// @param log where it is kept
    Narayana(Servers servers, int connections, Path log) throws Exception {
        configure(log);
        transactions = com.arjuna.ats.jta.TransactionManager.transactionManager();
        var registry = new com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple();
        orders = pool(servers.orders(), connections, registry);
        inventory = pool(servers.inventory(), connections, registry);
    }

    /// The journal first: whoever names the store opens it.
    private static void configure(Path log) throws Exception {
        var journal = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
        journal.setStoreDir(log.toString());
        journal.setSyncWrites(true);
        journal.setAsyncIO(false); // libaio is not part of the JVM
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier("benchmark");
        for (String store : new String[] {"communicationStore", "stateStore"}) {
            // Neither has a part in a commit.
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        var store = arjPropertyManager.getObjectStoreEnvironmentBean();
        store.setObjectStoreDir(log.toString());
        store.setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
    }

    private AgroalDataSource pool(Database database, int connections, TransactionSynchronizationRegistry registry)
            throws SQLException {
        var account = database.database().runtime();
        var configuration = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.initialSize(connections)
                        .minSize(connections)
                        .maxSize(connections)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .transactionIntegration(new NarayanaTransactionIntegration(transactions, registry))
                        .connectionFactoryConfiguration(factory -> factory.connectionProviderClass(PGXADataSource.class)
                                .jdbcUrl(database.jdbcUrl(NAME))
                                .initialSql("set lock_timeout = " + Database.LOCK_TIMEOUT.toMillis())
                                .principal(new NamePrincipal(account.name()))
                                .credential(new SimplePassword(account.password()))));
        return AgroalDataSource.from(configuration);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Narayana JTA 7.3.4 in this process, Agroal's pool, PostgreSQL's XA, its log in a journal";
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
        TxControl.disable();
    }
}
