package io.covenant.gateway.protection;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How many requests of a route may be in flight at once, so that one route does not take all that its service, or the
/// gateway, can do; routes that are not named have no bound of their own.
///
/// @param limits by the id of the route
@ConfigurationProperties("covenant.gateway.bulkhead")
record BulkheadProperties(@DefaultValue Map<String, Integer> limits) {

    BulkheadProperties {
        limits = Map.copyOf(limits);
        limits.forEach((route, most) -> {
            if (most < 1) {
                throw new IllegalArgumentException("the bulkhead of " + route + " lets nobody through");
            }
        });
    }
}
