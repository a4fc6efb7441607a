package io.covenant.transactions.participant.local;

import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.participant.BranchMemory;
import io.covenant.transactions.participant.BranchMetrics;
import io.covenant.transactions.participant.FinishingDatabase;
import io.covenant.transactions.participant.InParallel;
import io.covenant.transactions.participant.OperationNames;
import io.covenant.transactions.participant.OutcomeInquirer;
import io.covenant.transactions.participant.ParticipantAutoConfiguration;
import io.covenant.transactions.participant.ParticipantProperties;
import io.covenant.transactions.participant.PayloadMethod;
import io.covenant.transactions.participant.PreparableTransactions;
import io.covenant.web.services.ServiceClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// Lets coordinators run what a participant's beans declare for *try, confirm, cancel* and for sagas.
@AutoConfiguration(after = ParticipantAutoConfiguration.class)
@ConditionalOnBean(PreparableTransactions.class)
public class LocalParticipantAutoConfiguration {

    @Bean
    LocalMetrics localBranchMetrics(ObjectProvider<MeterRegistry> registry, BranchMetrics metrics) {
        return new LocalMetrics(registry.getIfAvailable(CompositeMeterRegistry::new), metrics);
    }

    @Bean
    LocalExecutor localExecutor(
            PreparableTransactions transactions,
            FinishingDatabase finishing,
            ParticipantProperties properties,
            BranchMemory memory,
            CrashPoints crashPoints,
            LocalMetrics metrics) {
        var local = properties.local();
        var limits = new LocalLimits(properties.lockTimeout(), local.workTimeout(), local.holds());
        return new LocalExecutor(transactions, finishing.dataSource(), limits, memory, crashPoints, metrics);
    }

    @Bean
    TccOperations tccOperations(
            ConfigurableListableBeanFactory beans, PayloadMethod.Reading payloads, OperationNames names) {
        return new TccOperations(beans, payloads, names);
    }

    @Bean
    SagaSteps sagaSteps(ConfigurableListableBeanFactory beans, PayloadMethod.Reading payloads, OperationNames names) {
        return new SagaSteps(beans, payloads, names);
    }

    @Bean
    ReportBox reportBox(FinishingDatabase finishing, JsonMapper json) {
        return new ReportBox(finishing.dataSource(), json);
    }

    @Bean
    StepReports stepReports(
            PreparableTransactions transactions, LocalExecutor executor, ReportBox box, LocalLife life) {
        return new StepReports(transactions, executor.around(), box, life::postSoon);
    }

    @Bean
    LocalLife localLife(
            FinishingDatabase finishing,
            LocalExecutor executor,
            TccOperations operations,
            OutcomeInquirer coordinators,
            ReportBox box,
            ServiceClient services,
            InParallel parallel,
            LocalMetrics metrics,
            ParticipantProperties properties) {
        var database = finishing.dataSource();
        var sweep =
                new ReservationSweep(new Reservations(database), executor, operations, coordinators, parallel, metrics);
        var post = new ReportPost(
                box,
                services,
                properties.sweep().coordinator(),
                properties.sweep().timeout(),
                parallel,
                metrics);
        var purge = new LocalPurge(database, properties.barriersKept(), 1000);
        return new LocalLife(
                sweep::sweep,
                post::post,
                purge::purge,
                properties.sweep().interval(),
                properties.sweep().enabled());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Endpoints {

        @Bean
        ReservationController reservationController(
                TccOperations operations, LocalExecutor executor, InParallel parallel) {
            return new ReservationController(operations, executor, parallel);
        }

        @Bean
        StepController stepController(SagaSteps steps, LocalExecutor executor) {
            return new StepController(steps, executor);
        }
    }
}
