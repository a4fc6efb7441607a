package io.covenant.gateway.protection;

import io.covenant.gateway.edge.RouteFeature;
import io.covenant.gateway.protection.BreakerProperties.Rule;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.stereotype.Component;

/// The circuit breakers of the routes that have one.
@Component
final class Breakers implements RouteFeature {

    private static final Logger log = LoggerFactory.getLogger(Breakers.class);

    private final Map<String, BreakerFilter> byRoute;

    Breakers(BreakerProperties properties, MeterRegistry meters) {
        var registry = CircuitBreakerRegistry.ofDefaults();
        this.byRoute = properties.routes().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, each -> filter(registry, each.getKey(), each.getValue())));
        if (!byRoute.isEmpty()) {
            TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(registry).bindTo(meters);
        }
    }

    private static BreakerFilter filter(CircuitBreakerRegistry registry, String route, Rule rule) {
        var breaker = registry.circuitBreaker(route, config(rule));
        var filter = new BreakerFilter(route, breaker, rule.open());
        breaker.getEventPublisher().onStateTransition(event -> {
            filter.changed(event.getStateTransition().getToState());
            tell(route, event.getStateTransition().getToState());
        });
        return filter;
    }

    private static CircuitBreakerConfig config(Rule rule) {
        return CircuitBreakerConfig.custom()
                .failureRateThreshold(rule.failures())
                .slidingWindow(
                        rule.window(),
                        rule.least(),
                        SlidingWindowType.COUNT_BASED,
                        SlidingWindowSynchronizationStrategy.LOCK_FREE)
                .waitDurationInOpenState(rule.open())
                .permittedNumberOfCallsInHalfOpenState(rule.trials())
                .recordResult(status -> status instanceof Integer code && code >= 500)
                .writableStackTraceEnabled(false)
                .build();
    }

    private static void tell(String route, CircuitBreaker.State state) {
        if (state == CircuitBreaker.State.OPEN) {
            log.warn("the circuit of {} is open: too many of its requests fail", route);
        } else {
            log.info("the circuit of {} is {}", route, state);
        }
    }

    @Override
    public String key() {
        return "breaker.routes";
    }

    @Override
    public Set<String> routes() {
        return byRoute.keySet();
    }

    @Override
    public GatewayFilter filter(String route, String service) {
        return of(route);
    }

    private BreakerFilter of(String route) {
        var filter = byRoute.get(route);
        if (filter == null) {
            throw new IllegalArgumentException(route + " has no circuit breaker");
        }
        return filter;
    }

    @Override
    public Object about(String route) {
        return of(route).about();
    }
}
