package io.covenant.gateway.protection;

import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import java.util.concurrent.TimeoutException;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Bounds the time that a request takes behind the gateway, to the last byte of the answer, or as long as a stream may
/// go on.
@Component
final class TimeLimitFilter implements GlobalFilter, Ordered {

    private final RouteLimits limits;

    TimeLimitFilter(RouteLimits limits) {
        this.limits = limits;
    }

    @Override
    public int getOrder() {
        return -50; // after the body has come, outside of the writing of the answer
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        TimeLimit limit;
        try {
            limit = Deadline.give(exchange, limits.timeout(exchange), System.nanoTime());
        } catch (ProblemException malformed) {
            return Mono.error(malformed);
        }
        return chain.filter(exchange)
                .timeout(limit)
                .onErrorMap(TimeoutException.class, late -> over(limit).causedBy(late));
    }

    private static Problem over(TimeLimit limit) {
        return limit.isStreaming()
                ? Problem.of(
                        HttpStatus.REQUEST_TIMEOUT,
                        "stream-over",
                        "The stream was silent for too long, or its time or the gateway's is over.")
                : Problem.of(
                        HttpStatus.GATEWAY_TIMEOUT,
                        "upstream-timeout",
                        "The service gave no whole answer within %d ms. What was asked may have been done or not."
                                .formatted(limit.deadline().allowed().toMillis()));
    }
}
