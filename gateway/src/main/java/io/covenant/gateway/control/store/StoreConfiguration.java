package io.covenant.gateway.control.store;

import io.covenant.gateway.control.store.PostgresClusterStore.DatabaseProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/// PostgreSQL where `spring.datasource.url` names one, else this process; never the one in place of the other.
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    private static final Logger log = LoggerFactory.getLogger(StoreConfiguration.class);

    @Bean
    ClusterStore clusterStore(Environment environment, JsonMapper json) {
        var url = environment.getProperty("spring.datasource.url", "");
        if (url.isBlank()) {
            log.warn("what operators set is kept in this process alone: other gateways do not follow it, and the next"
                    + " start forgets it; spring.datasource.url names a PostgreSQL that keeps it");
            return new MemoryClusterStore();
        }
        var user = environment.getProperty("spring.datasource.username");
        var password = environment.getProperty("spring.datasource.password");
        return new PostgresClusterStore(
                new DatabaseProperties(
                        url,
                        user,
                        password,
                        environment.getProperty("spring.flyway.user", user == null ? "" : user),
                        environment.getProperty("spring.flyway.password", password == null ? "" : password)),
                json);
    }
}
