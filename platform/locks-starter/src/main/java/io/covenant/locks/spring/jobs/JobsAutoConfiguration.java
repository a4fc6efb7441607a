package io.covenant.locks.spring.jobs;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.spring.LocksAutoConfiguration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/// Contributes [Leaderships], with or without a lock service.
@AutoConfiguration(after = LocksAutoConfiguration.class)
public class JobsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Leaderships leaderships(
            Optional<LockClient> client, ObjectProvider<JobListener> listeners, Environment environment) {
        var who = environment.getProperty(
                "covenant.node", environment.getProperty("spring.application.name", "application"));
        var heard = listeners.stream().toList();
        return new Leaderships(
                client.orElse(null), who, leadership -> heard.forEach(listener -> listener.accept(leadership)));
    }

    /// Hears of each election that begins.
    interface JobListener extends Consumer<Leadership> {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class Metrics {

        @Bean
        JobListener leadershipGauges(MeterRegistry meters) {
            return leadership -> Gauge.builder("covenant.jobs.leads", leadership, Metrics::leads)
                    .tag("job", leadership.job())
                    .description("Whether this instance does the job")
                    .strongReference(true)
                    .register(meters);
        }

        private static double leads(Leadership leadership) {
            return switch (leadership.standing()) {
                case LEADS, UNGUARDED -> 1;
                case FOLLOWS, UNKNOWN -> 0;
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AbstractHealthIndicator.class)
    static class HealthOfJobs {

        @Bean
        JobsHealthIndicator jobsHealthIndicator(Leaderships leaderships) {
            return new JobsHealthIndicator(leaderships);
        }
    }
}
