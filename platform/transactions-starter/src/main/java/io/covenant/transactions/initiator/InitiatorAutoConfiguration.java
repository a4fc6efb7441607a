package io.covenant.transactions.initiator;

import io.covenant.web.services.ServiceClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/// Contributes [Transactions].
@AutoConfiguration(afterName = "io.covenant.web.services.ServiceClientAutoConfiguration")
@ConditionalOnBean(ServiceClient.class)
@EnableConfigurationProperties(InitiatorProperties.class)
public class InitiatorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Transactions transactions(ServiceClient services, InitiatorProperties properties) {
        return new HttpTransactions(services, properties);
    }
}
