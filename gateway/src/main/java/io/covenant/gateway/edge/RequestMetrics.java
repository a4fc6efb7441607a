package io.covenant.gateway.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// How many requests each route got, how they were answered, and how long that took.
@Component
final class RequestMetrics {

    /// From 1xx to 5xx; the first is for those that were never answered.
    private static final int CLASSES = 6;

    private final MeterRegistry registry;
    private final Map<String, Timer[]> timers = new ConcurrentHashMap<>();

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void count(ServerWebExchange exchange, long nanos) {
        Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        var name = route == null ? "none" : route.getId();
        var known = timers.get(name);
        var mine = known == null ? timers.computeIfAbsent(name, this::made) : known;
        var status = exchange.getResponse().getStatusCode();
        int code = status == null ? 0 : status.value() / 100;
        mine[code < CLASSES ? code : 0].record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer[] made(String route) {
        var made = new Timer[CLASSES];
        for (int code = 0; code < CLASSES; code++) {
            made[code] = Timer.builder("covenant.gateway.requests")
                    .description("requests, from their head to the last byte of their answer")
                    .tag("route", route)
                    .tag("status", code == 0 ? "none" : code + "xx")
                    .register(registry);
        }
        return made;
    }
}
