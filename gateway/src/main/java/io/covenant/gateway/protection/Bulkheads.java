package io.covenant.gateway.protection;

import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.RouteFeature;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Bounds the requests of a route that are in flight; nobody waits for a place.
@Component
final class Bulkheads implements RouteFeature {

    private record Bounding(Bulkhead bulkhead, Problem full) implements GatewayFilter, Ordered {

        @Override
        public int getOrder() {
            return -62; // after the body has come: a slow client holds no place
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
            return bulkhead.tryAcquirePermission()
                    ? chain.filter(exchange).doFinally(_ -> bulkhead.onComplete())
                    : Mono.error(full.asException());
        }
    }

    private final BulkheadProperties properties;
    private final BulkheadRegistry registry = BulkheadRegistry.ofDefaults();

    Bulkheads(BulkheadProperties properties, MeterRegistry meters) {
        this.properties = properties;
        if (!properties.limits().isEmpty()) {
            TaggedBulkheadMetrics.ofBulkheadRegistry(registry).bindTo(meters);
        }
    }

    @Override
    public String key() {
        return "bulkhead.limits";
    }

    @Override
    public Set<String> routes() {
        return properties.limits().keySet();
    }

    @Override
    public GatewayFilter filter(String route, String service) {
        return new Bounding(
                bulkhead(route),
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "too-many-requests-in-flight",
                                "Too many requests of the route '%s' are in flight; this one was not sent."
                                        .formatted(route))
                        .with("route", route)
                        .passing());
    }

    private Bulkhead bulkhead(String route) {
        int most = properties.limits().getOrDefault(route, Integer.MAX_VALUE);
        return registry.bulkhead(
                route,
                () -> BulkheadConfig.custom()
                        .maxConcurrentCalls(most)
                        .maxWaitDuration(Duration.ZERO)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    @Override
    public Object about(String route) {
        var metrics = bulkhead(route).getMetrics();
        return Map.of(
                "most",
                metrics.getMaxAllowedConcurrentCalls(),
                "inFlight",
                metrics.getMaxAllowedConcurrentCalls() - metrics.getAvailableConcurrentCalls());
    }
}
