package io.covenant.gateway.upstream;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/// Passes on to the client what [LeanRoutingFilter] brought: at once where all of it is there, as it comes where not.
/// What the stock client brought, Spring Cloud Gateway's filter passes on, inside of this one.
@Component
final class LeanWritingFilter implements GlobalFilter, Ordered {

    private static final GatewayFilterChain NOTHING_ELSE = _ -> Mono.empty();

    private final List<MediaType> streams;
    private final NettyWriteResponseFilter stock;

    LeanWritingFilter(GatewayProperties properties, ObjectProvider<List<HttpHeadersFilter>> filters) {
        this.streams = List.copyOf(properties.getStreamingMediaTypes());
        this.stock = new NettyWriteResponseFilter(streams, filters);
    }

    @Override
    public int getOrder() {
        return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return chain.filter(exchange).then(Mono.defer(() -> write(exchange))).doFinally(end -> {
            if (end != SignalType.ON_COMPLETE) {
                dispose(exchange.getAttribute(Answer.ATTRIBUTE));
                dispose(exchange.getAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR));
            }
        });
    }

    private static void dispose(@Nullable Object answer) {
        if (answer instanceof Disposable connection) {
            connection.dispose();
        }
    }

    private Mono<Void> write(ServerWebExchange exchange) {
        Answer answer = exchange.getAttribute(Answer.ATTRIBUTE);
        if (answer == null) {
            return stock.filter(exchange, NOTHING_ELSE);
        }
        var response = exchange.getResponse();
        if (response.isCommitted()) {
            answer.dispose();
            return Mono.empty();
        }
        var buffers = response.bufferFactory();
        if (answer.isEmpty()) {
            return response.setComplete();
        }
        if (answer.isWhole()) {
            return response.writeWith(Mono.fromSupplier(() -> wrapped(answer.whole(), buffers)));
        }
        var body = answer.body().map(bytes -> wrapped(bytes, buffers));
        return isStream(response) ? response.writeAndFlushWith(body.map(Flux::just)) : response.writeWith(body);
    }

    private static DataBuffer wrapped(ByteBuf bytes, DataBufferFactory buffers) {
        if (buffers instanceof NettyDataBufferFactory netty) {
            return netty.wrap(bytes);
        }
        var copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        bytes.release();
        return buffers.wrap(copy);
    }

    /// Whether each part is to be seen as soon as it comes.
    private boolean isStream(ServerHttpResponse response) {
        try {
            var type = response.getHeaders().getContentType();
            return type != null && streams.stream().anyMatch(each -> each.isCompatibleWith(type));
        } catch (InvalidMediaTypeException _) {
            return false;
        }
    }
}
