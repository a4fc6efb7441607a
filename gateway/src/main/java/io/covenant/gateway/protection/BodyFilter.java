package io.covenant.gateway.protection;

import io.covenant.gateway.edge.LoopTimers;
import io.covenant.gateway.edge.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Takes in the whole body, up to the limit, before an instance is chosen.
///
/// So a slow client holds no connection to a service, a body over the limit reaches none, and a request can be sent
/// again whole. The services' bodies are small JSON; a route for large ones would stream instead.
@Component
final class BodyFilter implements GlobalFilter, Ordered {

    private final int most;
    private final Duration patience;

    BodyFilter(ProtectionProperties bounds) {
        this.most = Math.toIntExact(bounds.maxBodySize().toBytes());
        this.patience = bounds.receiveTimeout();
    }

    @Override
    public int getOrder() {
        return -100; // before the answer is written, so that a refusal is written like any other
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        var headers = exchange.getRequest().getHeaders();
        long length = headers.getContentLength();
        if (length > most) {
            return Mono.error(tooLarge());
        }
        if (length <= 0 && !headers.containsHeader(HttpHeaders.TRANSFER_ENCODING)) {
            return chain.filter(exchange);
        }
        if (isEncoded(headers)) {
            return Mono.error(encoded());
        }
        return DataBufferUtils.join(exchange.getRequest().getBody(), most)
                .map(BodyFilter::bytesOf)
                .defaultIfEmpty(new byte[0])
                .timeout(patience, LoopTimers.of(exchange))
                .onErrorMap(this::notTaken)
                .flatMap(body -> chain.filter(exchange.mutate()
                        .request(withBody(exchange.getRequest(), body))
                        .build()));
    }

    private Throwable notTaken(Throwable failure) {
        return switch (failure) {
            case DataBufferLimitException _ -> tooLarge();
            case TimeoutException late ->
                Problem.of(HttpStatus.REQUEST_TIMEOUT, "request-timeout", "The request did not come in time.")
                        .causedBy(late);
            case IOException gone ->
                Problem.of(HttpStatus.BAD_REQUEST, "body-unreadable", "The body ended early.")
                        .causedBy(gone);
            default -> failure;
        };
    }

    private static boolean isEncoded(HttpHeaders headers) {
        var encoding = headers.getOrEmpty(HttpHeaders.CONTENT_ENCODING);
        return !encoding.stream().allMatch("identity"::equalsIgnoreCase);
    }

    /// A limit on what comes is none on what it becomes when a service unpacks it.
    private static RuntimeException encoded() {
        return Problem.of(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "encoded-body",
                        "Bodies are taken as they are, neither compressed nor otherwise encoded.")
                .saying(HttpHeaders.ACCEPT_ENCODING, "identity")
                .asException();
    }

    private RuntimeException tooLarge() {
        return Problem.of(
                        HttpStatus.CONTENT_TOO_LARGE,
                        "body-too-large",
                        "The body is longer than the %d bytes that are taken here.".formatted(most))
                .asException();
    }

    private static byte[] bytesOf(DataBuffer buffer) {
        var bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static ServerHttpRequest withBody(ServerHttpRequest request, byte[] body) {
        var measured = request.mutate()
                .headers(headers -> {
                    headers.remove(HttpHeaders.TRANSFER_ENCODING);
                    headers.setContentLength(body.length);
                })
                .build();
        return new ServerHttpRequestDecorator(measured) {
            @Override
            public Flux<DataBuffer> getBody() {
                return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body)));
            }
        };
    }
}
