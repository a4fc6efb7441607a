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
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.xa.PGXADataSource;

/// Narayana, as Quarkus sets it up: with the pool that is made for it, and its log in a journal that collects the
/// forced writes of one moment.
final class Narayana {

    static final String NAME = "narayana";

    private Narayana() {}

    /// @param log where it is kept
    static Xa.Product start(Databases databases, int connections, Path log) throws Exception {
        configure(log);
        TransactionManager transactions = com.arjuna.ats.jta.TransactionManager.transactionManager();
        var registry = new com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple();
        // One for each pool: it keeps the connection that a transaction has got.
        AgroalDataSource orders =
                pool(databases.orders(), connections, new NarayanaTransactionIntegration(transactions, registry));
        AgroalDataSource inventory =
                pool(databases.inventory(), connections, new NarayanaTransactionIntegration(transactions, registry));
        return new Xa.Product(
                NAME,
                "Narayana JTA 7.3.4 in this process, Agroal's pool, PostgreSQL's XA, its log in a journal",
                transactions::begin,
                transactions::commit,
                transactions::rollback,
                orders,
                inventory,
                () -> {
                    orders.close();
                    inventory.close();
                    TxControl.disable();
                });
    }

    /// The journal first: whoever names the store opens it.
    private static void configure(Path log) throws Exception {
        var journal = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
        journal.setStoreDir(log.toString());
        journal.setSyncWrites(true);
        journal.setAsyncIO(false); // libaio is not part of the JVM
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier("benchmark");
        var all = arjPropertyManager.getObjectStoreEnvironmentBean();
        all.setObjectStoreDir(log.toString());
        all.setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
        for (String store : new String[] {"communicationStore", "stateStore"}) {
            // Neither has a part in a commit; what is said of all is said of these as well, so they come last.
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
    }

    private static AgroalDataSource pool(Database database, int connections, NarayanaTransactionIntegration integration)
            throws SQLException {
        var account = database.database().runtime();
        var configuration = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.initialSize(connections)
                        .minSize(connections)
                        .maxSize(connections)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .transactionIntegration(integration)
                        .connectionFactoryConfiguration(factory -> factory.connectionProviderClass(PGXADataSource.class)
                                .jdbcUrl(database.jdbcUrl(NAME))
                                .initialSql("set lock_timeout = " + Database.LOCK_TIMEOUT.toMillis())
                                .principal(new NamePrincipal(account.name()))
                                .credential(new SimplePassword(account.password()))));
        return AgroalDataSource.from(configuration);
    }
}
