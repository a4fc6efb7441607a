package io.covenant.locks.spring.names;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.spring.LocksAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Flux;

/// Registers the application with the lock service, and lets it find the others.
@AutoConfiguration(after = LocksAutoConfiguration.class)
@ConditionalOnBean(LockClient.class)
@ConditionalOnProperty(name = "covenant.registry.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RegistryProperties.class)
public class RegistryAutoConfiguration {

    @Bean(initMethod = "start")
    ServiceNames serviceNames(LockClient client, RegistryProperties properties) {
        return new ServiceNames(client, properties.refresh(), properties.emptyGrace(), System::nanoTime);
    }

    @Bean
    @ConditionalOnProperty(name = "covenant.registry.register", matchIfMissing = true)
    Registration registration(LockClient client, RegistryProperties properties, Environment environment) {
        return new Registration(client, properties, environment);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DiscoveryClient.class)
    static class Discovery {

        @Bean
        LockServiceDiscoveryClient lockServiceDiscoveryClient(ServiceNames names) {
            return new LockServiceDiscoveryClient(names);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ReactiveDiscoveryClient.class, Flux.class})
    static class ReactiveDiscovery {

        @Bean
        LockServiceReactiveDiscoveryClient lockServiceReactiveDiscoveryClient(ServiceNames names) {
            return new LockServiceReactiveDiscoveryClient(names);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AbstractHealthIndicator.class)
    static class HealthOfTheRegistry {

        @Bean
        RegistryHealthIndicator registryHealthIndicator(
                ServiceNames names, Optional<Registration> registration, RegistryProperties properties) {
            return new RegistryHealthIndicator(names, registration, properties);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class Metrics {

        @Bean
        RegistryMetrics registryMetrics(MeterRegistry meters, ServiceNames names, Optional<Registration> registration) {
            return new RegistryMetrics(meters, names, registration);
        }
    }
}
