package io.covenant.locks.spring;

import io.covenant.locks.fencing.FencingGuard;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Contributes the tables of the [FencingGuard], where Flyway makes the others, and a look at whom it refused.
@AutoConfiguration(
        after = LocksAutoConfiguration.class,
        afterName = "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration")
@ConditionalOnBean(FencingGuard.class)
public class FencingAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(FlywayMigrationInitializer.class)
    @ConditionalOnBean(Flyway.class)
    @ConditionalOnProperty(name = "covenant.locks.fencing.schema", matchIfMissing = true)
    static class Schema {

        /// After the service's own migration, which does not begin in a schema that has tables.
        @Bean
        FenceSchema fenceSchema(Flyway flyway, ObjectProvider<FlywayMigrationInitializer> services) {
            services.ifAvailable(_ -> {});
            return new FenceSchema(flyway);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Endpoint.class)
    static class Audit {

        @Bean
        FencingEndpoint fencingEndpoint(DataSource dataSource, FencingGuard guard) {
            return new FencingEndpoint(dataSource, guard);
        }
    }
}
