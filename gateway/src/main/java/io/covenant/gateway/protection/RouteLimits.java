package io.covenant.gateway.protection;

import java.time.Duration;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// How long requests of a route may take: what the route's metadata say under [#TIMEOUT], or what holds for all.
@Component
public final class RouteLimits {

    /// A [Duration] among a route's metadata.
    public static final String TIMEOUT = "timeout";

    private final Duration usual;

    RouteLimits(ProtectionProperties bounds) {
        this.usual = bounds.timeout();
    }

    Duration timeout(ServerWebExchange exchange) {
        Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        return timeout(route);
    }

    /// How long requests of this route may take.
    public Duration timeout(Route route) {
        return route.getMetadata().get(TIMEOUT) instanceof Duration own ? own : usual;
    }
}
