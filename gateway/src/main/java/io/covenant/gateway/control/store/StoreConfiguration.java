package io.covenant.gateway.control.store;

import io.covenant.gateway.database.GatewayDatabase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// PostgreSQL where `spring.datasource.url` names one, else this process; never the one in place of the other.
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    private static final Logger log = LoggerFactory.getLogger(StoreConfiguration.class);

    @Bean
    ClusterStore clusterStore(ObjectProvider<GatewayDatabase> databases, JsonMapper json) {
        var database = databases.getIfAvailable();
        if (database == null) {
            log.warn("what operators set is kept in this process alone: other gateways do not follow it, and the next"
                    + " start forgets it; spring.datasource.url names a PostgreSQL that keeps it");
            return new MemoryClusterStore();
        }
        return new PostgresClusterStore(database, json);
    }
}
