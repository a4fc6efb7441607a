package io.covenant.gateway.database;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/// A database where one is named; a gateway without one is a whole gateway.
@Configuration(proxyBeanMethods = false)
@Conditional(DatabaseConfiguration.Named.class)
class DatabaseConfiguration {

    /// Whether the environment names one.
    static final class Named implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return GatewayDatabase.isNamed(context.getEnvironment());
        }
    }

    @Bean
    GatewayDatabase gatewayDatabase(Environment environment) {
        return GatewayDatabase.named(environment);
    }
}
