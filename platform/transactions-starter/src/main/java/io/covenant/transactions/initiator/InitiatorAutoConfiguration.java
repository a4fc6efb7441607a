package io.covenant.transactions.initiator;

import io.covenant.web.services.Credentials;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.Topology;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// Contributes [Transactions], and what [GlobalTransactional] needs.
@AutoConfiguration(
        afterName = {
            "io.covenant.web.services.ServiceClientAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnBean(ServiceClient.class)
@EnableConfigurationProperties(InitiatorProperties.class)
public class InitiatorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Transactions transactions(
            ServiceClient services,
            InitiatorProperties properties,
            ObjectProvider<MeterRegistry> registry,
            ApplicationEventPublisher events) {
        return new ObservedTransactions(
                new HttpTransactions(services, properties),
                registry.getIfAvailable(CompositeMeterRegistry::new),
                events);
    }

    @Bean
    @ConditionalOnMissingBean
    CurrentTransaction currentTransaction() {
        return new CurrentTransaction();
    }

    @Bean
    Shares transactionShares(JsonMapper mapper) {
        return new Shares(mapper);
    }

    /// Asks for other beans only when they are needed: it looks at all beans, and so is made before them.
    @Bean
    static DeclaringBeans declaringBeans(ObjectProvider<Transactions> transactions, ObjectProvider<Shares> shares) {
        return new DeclaringBeans(new DeclaredTransactions(transactions::getObject, shares::getObject));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static class Calls {

        @Bean
        RestClientCustomizer transactionPropagation(
                Shares shares, Topology topology, ObjectProvider<Credentials> credentials) {
            return builder -> builder.requestInterceptor(
                    new TransactionPropagation(shares, topology, credentials.getIfAvailable()));
        }
    }
}
