package io.covenant.web.services;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.json.JsonMapper;

/// Contributes the [ServiceClient].
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@EnableConfigurationProperties({Topology.class, ServiceClientProperties.class})
public class ServiceClientAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ServiceClient serviceClient(
            Topology topology,
            ServiceClientProperties properties,
            JsonMapper mapper,
            ObjectProvider<MeterRegistry> registry,
            ObjectProvider<Credentials> credentials) {
        return new ServiceClient(
                topology,
                properties,
                mapper,
                registry.getIfAvailable(CompositeMeterRegistry::new),
                credentials.getIfAvailable());
    }
}
