package io.covenant.coordinator;

import io.covenant.coordinator.database.ImpatientDataSource;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.ownership.Ownership;
import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.recovery.Recovery;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.CrashPoints;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One coordinator, without a server around it: in process for whoever embeds it, behind HTTP in the service.
///
/// ```java
/// CoordinatorEngine.migrate(owner);
/// try (var engine = CoordinatorEngine.of("node-1", database, participants).start()) {
///     RunAnswer answer = engine.transactions().run(plan);
/// }
/// ```
public final class CoordinatorEngine implements AutoCloseable {

    /// Where the migrations of the coordinators' schema lie.
    public static final String SCHEMA = "classpath:io/covenant/coordinator/schema";

    private static final Duration CONNECT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorEngine.class);

    private final DataSource database;
    private final Ownership ownership;
    private final Transactions transactions;
    private final Recovery recovery;

    private boolean closed;

    private CoordinatorEngine(Parts parts) {
        var self = Incarnation.of(parts.node());
        this.database = new ImpatientDataSource(parts.database(), CONNECT);
        this.ownership = new Ownership(self, database, parts.ownership(), System::nanoTime);
        this.transactions = Transactions.onPostgres(
                database,
                parts.participants(),
                self,
                parts.transactions(),
                parts.listener(),
                parts.crashPoints(),
                parts.clock(),
                parts.recovery().keep());
        this.recovery = new Recovery(transactions, ownership, parts.recovery(), parts.clock());
    }

    /// What an engine is made of.
    ///
    /// @param node     its name among its peers
    /// @param database gives physical connections, with the right to read and write rows of the schema
    public record Parts(
            String node,
            DataSource database,
            Participants participants,
            TransactionSettings transactions,
            OwnershipSettings ownership,
            RecoverySettings recovery,
            TransactionListener listener,
            CrashPoints crashPoints,
            InstantSource clock) {

        public Parts with(TransactionSettings settings) {
            return new Parts(node, database, participants, settings, ownership, recovery, listener, crashPoints, clock);
        }

        public Parts with(OwnershipSettings settings) {
            return new Parts(
                    node, database, participants, transactions, settings, recovery, listener, crashPoints, clock);
        }

        public Parts with(RecoverySettings settings) {
            return new Parts(
                    node, database, participants, transactions, ownership, settings, listener, crashPoints, clock);
        }

        public Parts with(TransactionListener hears) {
            return new Parts(
                    node, database, participants, transactions, ownership, recovery, hears, crashPoints, clock);
        }

        public Parts with(CrashPoints points) {
            return new Parts(node, database, participants, transactions, ownership, recovery, listener, points, clock);
        }

        /// Puts the parts together.
        public CoordinatorEngine engine() {
            return new CoordinatorEngine(this);
        }
    }

    /// The parts of an engine with default settings.
    public static Parts parts(String node, DataSource database, Participants participants) {
        return new Parts(
                node,
                database,
                participants,
                TransactionSettings.defaults(),
                OwnershipSettings.defaults(),
                RecoverySettings.defaults(),
                TransactionListener.NONE,
                CrashPoints.none(),
                InstantSource.system());
    }

    /// An engine with default settings.
    public static CoordinatorEngine of(String node, DataSource database, Participants participants) {
        return parts(node, database, participants).engine();
    }

    /// Brings the schema up to date.
    ///
    /// @param owner gives connections of the role that owns the schema
    public static void migrate(DataSource owner) {
        Flyway.configure().dataSource(owner).locations(SCHEMA).load().migrate();
    }

    /// Takes the lease, and begins to look after what others left.
    public CoordinatorEngine start() {
        warnOfForgetfulDatabase();
        ownership.start();
        recovery.start();
        return this;
    }

    /// A database that does not force its log keeps no promise that is given here.
    private void warnOfForgetfulDatabase() {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            for (var setting : new String[] {"fsync", "full_page_writes"}) {
                try (var rows = statement.executeQuery("show " + setting)) {
                    if (rows.next() && !rows.getString(1).equals("on")) {
                        LOG.error(
                                "PostgreSQL runs with {}={}: a crash of the machine may lose decisions that were answered",
                                setting,
                                rows.getString(1));
                    }
                }
            }
        } catch (SQLException e) {
            LOG.warn("the database is away: {}", e.getMessage());
        }
    }

    /// Asked before it forgets what is long over; always true unless this says otherwise.
    public CoordinatorEngine forgetWhen(BooleanSupplier forgets) {
        recovery.forgetWhen(forgets);
        return this;
    }

    public Transactions transactions() {
        return transactions;
    }

    public Ownership ownership() {
        return ownership;
    }

    /// Begins nothing any more, finishes what is under way as far as the time allows, and leaves the rest to
    /// others, who need not wait.
    public void shutDown(Duration patience) {
        if (closed) {
            return;
        }
        closed = true;
        recovery.close();
        if (!transactions.drain(patience)) {
            LOG.info("{} transactions are left to other coordinators", transactions.unfinished());
        }
        transactions.close();
        ownership.release();
    }

    /// Shuts down within a second.
    @Override
    public void close() {
        shutDown(Duration.ofSeconds(1));
    }

    /// Stops as a crash would, but for the process: nothing is finished, nothing released.
    public void abandon() {
        closed = true;
        recovery.close();
        ownership.close();
        transactions.close();
    }
}
