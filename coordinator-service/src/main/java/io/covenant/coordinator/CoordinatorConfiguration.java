package io.covenant.coordinator;

import io.covenant.coordinator.database.LateSchema;
import io.covenant.coordinator.insight.TransactionMetrics;
import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.QuorumTransactions;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.locks.spring.jobs.Leadership;
import io.covenant.locks.spring.jobs.Leaderships;
import io.covenant.transactions.CrashPoints;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.Topology;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/// Puts the engine into the service.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({TransactionSettings.class, OwnershipSettings.class, RecoverySettings.class})
class CoordinatorConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorConfiguration.class);

    /// Physical connections: the engine keeps the few that it needs.
    @Bean
    PGSimpleDataSource dataSource(DataSourceProperties properties, Topology topology) {
        var database = new PGSimpleDataSource();
        database.setUrl(properties.determineUrl());
        database.setUser(properties.determineUsername());
        database.setPassword(properties.determinePassword());
        database.setApplicationName(topology.node());
        database.setConnectTimeout(2);
        database.setTcpKeepAlive(true);
        return database;
    }

    /// Only where something runs without the database.
    @Bean
    @ConditionalOnProperty("covenant.coordinator.paxos.directory")
    LateSchema lateSchema(DataSourceProperties properties) {
        return new LateSchema(properties.determineUrl());
    }

    @Bean
    Participants participants(ServiceClient client, TransactionSettings settings) {
        return Participants.overHttp(client, settings.finishPatience());
    }

    @Bean
    CrashPoints crashPoints(Environment environment) {
        var armed = environment.getProperty("covenant.crash-point");
        if (armed == null || armed.isBlank()) {
            return CrashPoints.none();
        }
        LOG.warn("THIS NODE IS ARMED: it will halt at the crash point {}", armed);
        return CrashPoints.armed(armed, () -> Runtime.getRuntime().halt(137));
    }

    @Bean
    TransactionMetrics transactionMetrics(MeterRegistry registry) {
        return new TransactionMetrics(registry);
    }

    @Bean
    @DependsOnDatabaseInitialization
    CoordinatorEngine coordinatorEngine(
            Topology topology,
            PGSimpleDataSource database,
            ObjectProvider<LateSchema> late,
            Participants participants,
            TransactionSettings transactions,
            OwnershipSettings ownership,
            RecoverySettings recovery,
            List<TransactionListener> listeners,
            CrashPoints crashPoints,
            Leaderships leaderships,
            Environment environment) {
        recovery.requireOrder(Binder.get(environment)
                .bind(RecoverySettings.PARTICIPANTS_RETENTION, Duration.class)
                .orElse(RecoverySettings.DEFAULT_PARTICIPANTS_RETENTION));
        warnOfTextbookTimeOuts(transactions);
        var leadership = leaderships.of("coordinator/forget");
        return new CoordinatorEngine.Parts(
                        topology.node(),
                        guarded(database, late),
                        participants,
                        transactions,
                        ownership,
                        recovery,
                        TransactionListener.all(listeners.toArray(TransactionListener[]::new)),
                        crashPoints,
                        InstantSource.system())
                .engine()
                .forgetWhen(() -> forgets(leadership));
    }

    private static DataSource guarded(DataSource database, ObjectProvider<LateSchema> late) {
        var schema = late.getIfAvailable();
        return schema == null ? database : schema.guard(database);
    }

    private static void warnOfTextbookTimeOuts(TransactionSettings transactions) {
        if (transactions.unsafeTextbookTimeouts()) {
            LOG.warn("UNSAFE: covenant.transactions.threephase.unsafe-textbook-timeouts is on. A coordinator whose time"
                    + " is up decides alone: others may decide otherwise. It is meant for teaching.");
        }
    }

    /// One of the coordinators, as long as that can be found out; else each: the database has them take turns, and what
    /// is never forgotten would fill it.
    private static boolean forgets(Leadership leadership) {
        return switch (leadership.standing()) {
            case LEADS, UNKNOWN, UNGUARDED -> true;
            case FOLLOWS -> false;
        };
    }

    @Bean
    Transactions transactions(CoordinatorEngine engine, TransactionMetrics metrics) {
        metrics.watch(engine.transactions());
        return engine.transactions();
    }

    @Bean
    Doors doors(Transactions transactions, ObjectProvider<QuorumTransactions> quorum, TransactionMetrics metrics) {
        quorum.ifAvailable(paxos -> metrics.watchInDoubt(CommitProtocol.PAXOS_COMMIT, paxos::inDoubt));
        return new Doors(transactions, Optional.ofNullable(quorum.getIfAvailable()));
    }

    @Bean
    CoordinatorLife coordinatorLife(CoordinatorEngine engine) {
        return new CoordinatorLife(engine);
    }
}
