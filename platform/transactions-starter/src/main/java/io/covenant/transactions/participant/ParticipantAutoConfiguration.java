package io.covenant.transactions.participant;

import io.covenant.security.servlet.AccessRules;
import io.covenant.transactions.CrashPoints;
import io.covenant.web.services.ClientTls;
import io.covenant.web.services.Credentials;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.Topology;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import jakarta.persistence.EntityManagerFactory;
import jakarta.validation.Validator;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizers;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.util.StringUtils;
import tools.jackson.databind.json.JsonMapper;

/// Makes a service with a PostgreSQL database a participant: its [BranchOperation]s can be run by coordinators.
///
/// `covenant.transactions.participant.enabled=false` leaves it out, as for a service that only begins transactions.
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration",
            "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration",
            "io.covenant.web.services.ServiceClientAutoConfiguration"
        },
        beforeName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration"
        })
@ConditionalOnBean(DataSource.class)
@ConditionalOnProperty(name = "covenant.transactions.participant.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ParticipantProperties.class, ThreePhaseProperties.class})
public class ParticipantAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ParticipantAutoConfiguration.class);

    @Bean
    @ConditionalOnMissingBean
    CrashPoints crashPoints(Environment environment) {
        var armed = environment.getProperty("covenant.crash-point");
        if (!StringUtils.hasText(armed)) {
            return CrashPoints.none();
        }
        LOG.warn("ARMED TO DIE at {}: this process halts there. It is meant for tests.", armed);
        return CrashPoints.armed(armed, () -> Runtime.getRuntime().halt(137));
    }

    @Bean
    BranchMetrics branchMetrics(ObjectProvider<MeterRegistry> registry) {
        return new BranchMetrics(registry.getIfAvailable(CompositeMeterRegistry::new));
    }

    @Bean
    FinishingDatabase branchFinishingDatabase(DataSource dataSource, ParticipantProperties properties) {
        return FinishingDatabase.beside(dataSource, properties.finishers());
    }

    @Bean
    InParallel branchesInParallel(ParticipantProperties properties) {
        return new InParallel(properties.finishers());
    }

    @Bean
    PreparedTransactions preparedTransactions(FinishingDatabase finishing) {
        return new PreparedTransactions(finishing.dataSource());
    }

    @Bean
    BranchExecutor branchExecutor(
            PreparableTransactions transactions,
            FinishingDatabase finishing,
            ParticipantProperties properties,
            ThreePhaseProperties threePhase,
            CrashPoints crashPoints,
            BranchMetrics metrics) {
        if (threePhase.unsafeTextbookTimeouts()) {
            LOG.warn("UNSAFE: covenant.transactions.threephase.unsafe-textbook-timeouts is on. A branch under"
                    + " three-phase commit that hears nothing decides alone: others may decide otherwise. It is"
                    + " meant for teaching.");
        }
        return new BranchExecutor(
                transactions, finishing.dataSource(), properties.limits(), crashPoints, metrics, threePhase.timeOuts());
    }

    @Bean
    OperationNames operationNames() {
        return new OperationNames();
    }

    @Bean
    PayloadMethod.Reading branchPayloads(JsonMapper mapper, ObjectProvider<Validator> validator) {
        return new PayloadMethod.Reading(mapper, validator.getIfAvailable());
    }

    @Bean
    BranchOperations branchOperations(
            ConfigurableListableBeanFactory beans, PayloadMethod.Reading payloads, OperationNames names) {
        return new BranchOperations(beans, payloads, names);
    }

    @Bean
    BranchMemory branchMemory(ParticipantProperties properties) {
        return new BranchMemory(properties.retention(), InstantSource.system());
    }

    @Bean
    OutcomeInquirer outcomeInquirer(ServiceClient services, ParticipantProperties properties) {
        var sweep = properties.sweep();
        if (sweep.enabled() && !services.knows(sweep.coordinator())) {
            LOG.warn(
                    "No service '{}' is configured (covenant.services.{}): branches that a crash leaves prepared or"
                            + " reserved stay so.",
                    sweep.coordinator(),
                    sweep.coordinator());
        }
        return new HttpOutcomeInquirer(services, sweep.coordinator(), sweep.timeout());
    }

    @Bean
    BranchSweep branchSweep(
            PreparedTransactions prepared,
            BranchExecutor executor,
            OutcomeInquirer coordinators,
            ServiceClient services,
            InParallel parallel,
            BranchMetrics metrics,
            ParticipantProperties properties) {
        var sweep = properties.sweep();
        var terminations = new HttpTerminationRequester(services, sweep.coordinator(), sweep.timeout());
        return new BranchSweep(prepared, executor, coordinators, terminations, parallel, metrics, sweep.minAge());
    }

    @Bean
    ParticipantLife participantLife(
            FinishingDatabase finishing,
            BranchSweep sweep,
            ParticipantProperties properties,
            BranchMetrics metrics,
            ApplicationEventPublisher events) {
        return new ParticipantLife(
                new Rehearsal(finishing.dataSource()),
                sweep,
                new BranchPurge(finishing.dataSource(), properties.barriersKept(), properties.hazardRetention(), 1000),
                properties.sweep(),
                metrics,
                events);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Endpoint {

        @Bean(destroyMethod = "close")
        Acceptors acceptors(
                Topology topology,
                ServiceClientProperties properties,
                JsonMapper mapper,
                ParticipantProperties participant,
                ObjectProvider<Credentials> credentials,
                ObjectProvider<ClientTls> tls) {
            var coordinator = participant.sweep().coordinator();
            return new Acceptors(
                    topology.services().getOrDefault(coordinator, List.of()),
                    coordinator,
                    topology.node(),
                    properties,
                    mapper,
                    credentials.getIfAvailable(),
                    tls.getIfAvailable());
        }

        @Bean
        AccessRules branchAccessRules() {
            return BranchAccess.rules();
        }

        @Bean
        BranchController branchController(
                BranchOperations operations,
                BranchExecutor executor,
                BranchMemory memory,
                FinishingDatabase finishing,
                InParallel parallel,
                Acceptors acceptors) {
            var insight = new BranchInsight(finishing.dataSource());
            return new BranchController(operations, executor, memory, insight, parallel, acceptors);
        }

        @Bean
        SiteController siteController(BranchExecutor executor, ParticipantProperties properties) {
            return new SiteController(executor, new BranchMemory(properties.retention(), InstantSource.system()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AbstractHealthIndicator.class)
    static class Health {

        @Bean
        BranchHealthIndicator transactionsHealthIndicator(
                ParticipantLife life, BranchMetrics metrics, ParticipantProperties properties) {
            return new BranchHealthIndicator(life, metrics, properties.maxPreparedAge());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(FlywayMigrationInitializer.class)
    @ConditionalOnBean(Flyway.class)
    static class Schema {

        /// After the service's own migration, which does not begin in a schema that has tables.
        @Bean
        ParticipantSchema participantSchema(Flyway flyway, ObjectProvider<FlywayMigrationInitializer> services) {
            services.ifAvailable(_ -> {});
            return new ParticipantSchema(flyway);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JpaTransactionManager.class)
    static class Jpa {

        @Bean
        HibernatePropertiesCustomizer preparingBranches() {
            return properties -> properties.put(
                    "hibernate.transaction.coordinator_class", new PreparingTransactionCoordinatorBuilder());
        }

        @Bean
        @ConditionalOnMissingBean(TransactionManager.class)
        PreparableTransactions transactionManager(
                DataSource dataSource,
                ObjectProvider<EntityManagerFactory> entityManagers,
                ObjectProvider<TransactionManagerCustomizers> customizers) {
            var entityManagerFactory = entityManagers.getIfUnique();
            var manager = entityManagerFactory == null
                    ? new PreparableDataSourceTransactionManager(dataSource)
                    : new PreparableJpaTransactionManager(entityManagerFactory);
            customizers.ifAvailable(all -> all.customize(manager));
            return manager;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("org.springframework.orm.jpa.JpaTransactionManager")
    static class Jdbc {

        @Bean
        @ConditionalOnMissingBean(TransactionManager.class)
        PreparableTransactions transactionManager(
                DataSource dataSource, ObjectProvider<TransactionManagerCustomizers> customizers) {
            var manager = new PreparableDataSourceTransactionManager(dataSource);
            customizers.ifAvailable(all -> all.customize(manager));
            return manager;
        }
    }
}
