package io.covenant.gateway.kubernetes;

import io.covenant.balancing.chance.Chance;
import java.security.SecureRandom;
import java.time.Duration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// Instances from EndpointSlices, where `covenant.gateway.kubernetes.enabled` says so.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("covenant.gateway.kubernetes.enabled")
class KubernetesConfiguration {

    private static final Duration WATCHING = Duration.ofMinutes(4);

    private final Slices slices = new Slices();

    @Bean
    DiscoveryClient sliceDiscoveryClient() {
        return new SliceDiscoveryClient(slices);
    }

    /// Down until the slices were listed once: before, no request could be answered.
    @Bean
    HealthIndicator endpointSlicesHealthIndicator(SliceWatch watch) {
        return () -> watch.hasListed()
                ? Health.up().withDetail("services", slices.services()).build()
                : Health.down()
                        .withDetail("reason", "the EndpointSlices were not listed yet; the log says why")
                        .build();
    }

    @Bean
    SliceWatch sliceWatch(KubernetesProperties properties, JsonMapper json) {
        return new SliceWatch(
                new ApiServer(properties),
                properties,
                slices,
                json,
                Chance.seeded(new SecureRandom().nextLong()),
                WATCHING);
    }
}
