package io.covenant.gateway.protection;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Which routes have a circuit breaker, and when it opens; routes that are not named have none.
///
/// @param routes by the id of the route
@ConfigurationProperties("covenant.gateway.breaker")
record BreakerProperties(@DefaultValue Map<String, Rule> routes) {

    BreakerProperties {
        routes = Map.copyOf(routes);
    }

    /// @param failures the percentage of failed requests from which on it opens
    /// @param window   of so many of the last requests
    /// @param least    if there were so many at least
    /// @param open     how long nothing is sent then
    /// @param trials   how many requests say afterwards how things are
    record Rule(
            @DefaultValue("50") int failures,
            @DefaultValue("100") int window,
            @DefaultValue("20") int least,
            @DefaultValue("5s") Duration open,
            @DefaultValue("5") int trials) {

        Rule {
            if (failures < 1 || failures > 100) {
                throw new IllegalArgumentException("a breaker opens at 1 to 100 percent, not at " + failures);
            }
            if (least < 1 || window < least || trials < 1 || open.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "a breaker needs a request and a trial at least, a window that holds them, and a time to be open");
            }
        }
    }
}
