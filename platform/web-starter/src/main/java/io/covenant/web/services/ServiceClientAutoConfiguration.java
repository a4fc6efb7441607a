package io.covenant.web.services;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.json.JsonMapper;

/// Contributes the [ServiceClient]. With `covenant.client.ssl-bundle` it shows and believes the certificates of that
/// bundle where an address is `https`.
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
            ObjectProvider<Credentials> credentials,
            ObjectProvider<ClientTls> tls) {
        return new ServiceClient(
                topology,
                properties,
                mapper,
                registry.getIfAvailable(CompositeMeterRegistry::new),
                credentials.getIfAvailable(),
                tls.getIfAvailable());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("covenant.client.ssl-bundle")
    ClientTls clientTls(SslBundles bundles, ServiceClientProperties properties) {
        return new ClientTls(bundles, Objects.requireNonNull(properties.sslBundle()));
    }
}
