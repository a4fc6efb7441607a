package io.covenant.gateway.protection;

import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/// Sends nothing of a route for a while when too much of it fails, whichever instances were tried.
///
/// What counts is what the client would be told, after all tries: an answer's status when its head goes out, or why
/// there is none. A client that leaves, or that wished for less time than the gateway gives, says nothing.
final class BreakerFilter implements GatewayFilter, Ordered {

    private final String route;
    private final CircuitBreaker breaker;
    private final Duration open;
    /// When it opened last.
    private volatile long openedAt = System.nanoTime();

    BreakerFilter(String route, CircuitBreaker breaker, Duration open) {
        this.route = route;
        this.breaker = breaker;
        this.open = open;
    }

    void changed(CircuitBreaker.State state) {
        if (state == CircuitBreaker.State.OPEN) {
            openedAt = System.nanoTime();
        }
    }

    @Override
    public int getOrder() {
        return -61; // outside of the deadline, whose end is a failure; after the body, whose slowness is none
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        if (!breaker.tryAcquirePermission()) {
            return Mono.error(circuitOpen());
        }
        var permit = new Permit(exchange);
        exchange.getResponse().beforeCommit(() -> {
            permit.answered();
            return Mono.empty();
        });
        return chain.filter(exchange).doOnError(permit::failed).doFinally(_ -> permit.left());
    }

    private ProblemException circuitOpen() {
        long left = open.toNanos() - (System.nanoTime() - openedAt);
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "circuit-open",
                        "Too many requests of the route '%s' failed a moment ago; this one was not sent."
                                .formatted(route))
                .with("route", route)
                .passingIn(Duration.ofNanos(Math.max(0, left)))
                .asException();
    }

    Map<String, Object> about() {
        var metrics = breaker.getMetrics();
        return Map.of(
                "state", breaker.getState().name(),
                "requests", metrics.getNumberOfBufferedCalls(),
                "failed", metrics.getNumberOfFailedCalls(),
                "notSent", metrics.getNumberOfNotPermittedCalls());
    }

    /// The leave that one request got; given back once, with a verdict or without.
    private final class Permit {

        private final ServerWebExchange exchange;
        private final long begun = System.nanoTime();
        private final AtomicBoolean used = new AtomicBoolean();

        Permit(ServerWebExchange exchange) {
            this.exchange = exchange;
        }

        void answered() {
            var status = exchange.getResponse().getStatusCode();
            if (status != null && used.compareAndSet(false, true)) {
                breaker.onResult(System.nanoTime() - begun, TimeUnit.NANOSECONDS, status.value());
            }
        }

        /// Before anybody makes an answer of it.
        void failed(Throwable failure) {
            if (used.compareAndSet(false, true)) {
                if (isFailure(failure)) {
                    breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failure);
                } else {
                    breaker.releasePermission();
                }
            }
        }

        void left() {
            if (used.compareAndSet(false, true)) {
                breaker.releasePermission();
            }
        }

        private boolean isFailure(Throwable failure) {
            return switch (failure) {
                case AbortedException _ -> false;
                case ProblemException told -> isFailure(told.problem());
                default -> true;
            };
        }

        private boolean isFailure(Problem problem) {
            return switch (problem.code()) {
                case "upstream-timeout" -> !Deadline.of(exchange).wished();
                case "too-many-requests-in-flight" -> false; // it was the gateway that held it back
                default -> problem.status().is5xxServerError();
            };
        }
    }
}
