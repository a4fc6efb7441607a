package io.covenant.gateway.balancing;

import io.covenant.gateway.streams.Streams;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Sees how each delivery ends: outside of the writing of the answer, so that a body counts to its last byte, and a
/// client that goes away is not forgotten.
@Component
final class EndFilter implements GlobalFilter, Ordered {

    @Override
    public int getOrder() {
        return -2; // NettyWriteResponseFilter has -1
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        var failure = new AtomicReference<@Nullable Throwable>();
        var told = Streams.isWanted(exchange.getRequest()) ? Streams.telling(exchange) : exchange;
        return chain.filter(told).doOnError(failure::set).doFinally(signal -> {
            var delivery = Delivery.of(exchange);
            if (delivery != null) {
                delivery.over(signal, failure.get());
            }
        });
    }
}
