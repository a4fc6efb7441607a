package io.covenant.gateway.upstream;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/// Passes on to the client what [LeanRoutingFilter] brought: at once where all of it is there, as it comes where not.
@Component
final class LeanWritingFilter implements GlobalFilter, Ordered {

    private final List<MediaType> streams;

    LeanWritingFilter(GatewayProperties properties) {
        this.streams = List.copyOf(properties.getStreamingMediaTypes());
    }

    @Override
    public int getOrder() {
        return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return chain.filter(exchange).then(Mono.defer(() -> write(exchange))).doFinally(end -> {
            if (end != SignalType.ON_COMPLETE && exchange.getAttribute(Answer.ATTRIBUTE) instanceof Answer answer) {
                answer.dispose();
            }
        });
    }

    private Mono<Void> write(ServerWebExchange exchange) {
        Answer answer = exchange.getAttribute(Answer.ATTRIBUTE);
        if (answer == null) {
            return Mono.empty();
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
