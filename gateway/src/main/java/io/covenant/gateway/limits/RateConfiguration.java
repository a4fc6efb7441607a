package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.Topology;
import io.covenant.gateway.database.GatewayDatabase;
import io.covenant.gateway.limits.postgres.PostgresBuckets;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Rates in PostgreSQL, where `covenant.gateway.rate.store` says so.
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "covenant.gateway.rate.store", havingValue = "postgresql")
class RateConfiguration {

    @Bean
    PostgresBuckets postgresBuckets(
            RateProperties properties, ObjectProvider<GatewayDatabase> databases, InstantSource clock) {
        var database = databases.getIfAvailable();
        if (database == null) {
            throw new IllegalArgumentException(
                    "covenant.gateway.rate.store: postgresql, but spring.datasource.url names none");
        }
        return new PostgresBuckets(database, properties.connections(), properties.patience(), clock);
    }

    /// Its health is that of `rates`.
    @Bean
    RateStanding ratesHealthIndicator(RateProperties properties, InstantSource clock, MeterRegistry meters) {
        return new RateStanding(properties.patience(), clock, meters);
    }

    @Bean
    SharedRates sharedRates(
            PostgresBuckets buckets, RateStanding standing, RateProperties properties, MeterRegistry meters) {
        return new SharedRates(buckets, standing, properties, meters);
    }

    @Bean
    RateWatch rateWatch(
            PostgresBuckets buckets,
            SharedRates rates,
            RateStanding standing,
            RateProperties properties,
            Topology topology) {
        return new RateWatch(buckets, rates, standing, topology.node(), properties.patience());
    }
}
