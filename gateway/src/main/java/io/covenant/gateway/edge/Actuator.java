package io.covenant.gateway.edge;

import io.covenant.security.Scopes;
import org.springframework.web.server.ServerWebExchange;

/// Where Spring shows health and metrics: to those who watch, at the operators' port.
public final class Actuator {

    private static final String BASE = "/actuator";

    private Actuator() {}

    /// Whether nobody is asked for a token here: health and metrics.
    static boolean isOpen(String path) {
        return path.equals(BASE + "/health") || path.startsWith(BASE + "/health/") || path.equals(BASE + "/prometheus");
    }

    /// Refuses who may not see this part of it.
    ///
    /// @throws ProblemException 401 or 403
    public static void requireAllowed(ServerWebExchange exchange) {
        if (!isOpen(exchange.getRequest().getPath().value())) {
            Callers.require(exchange, Scopes.METRICS_READ);
        }
    }

    public static boolean isMeant(ServerWebExchange exchange) {
        var path = exchange.getRequest().getPath().value();
        return path.startsWith(BASE) && (path.length() == BASE.length() || path.charAt(BASE.length()) == '/');
    }
}
