package io.covenant.gateway.edge;

import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// The first thing that sees a request and the last that sees its answer.
///
/// What a client says about where a request comes from is removed, and said anew by [ForwardedHeaders]: behind the
/// gateway these headers are believed.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class EdgeFilter implements WebFilter {

    /// What services answer, at most.
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    private static final String ALLOW =
            METHODS.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));

    private final AccessLog accessLog;
    private final RequestMetrics metrics;
    private final Room room;

    EdgeFilter(AccessLog accessLog, RequestMetrics metrics, Room room) {
        this.accessLog = accessLog;
        this.metrics = metrics;
        this.room = room;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var id = RequestId.give(exchange);
        long begun = System.nanoTime();
        var response = exchange.getResponse();
        response.beforeCommit(() -> {
            response.getHeaders().set(RequestId.HEADER, id); // in place of what a service may have said
            return Mono.empty();
        });
        var request = exchange.getRequest();
        if (!room.enter(request.getURI().getRawPath())) {
            return Mono.<Void>error(room.full().asException()).doFinally(_ -> {
                metrics.count(exchange, System.nanoTime() - begun);
                accessLog.write(exchange, begun);
            });
        }
        var refusal = refusal(request);
        var passed = refusal == null ? chain.filter(cleaned(exchange)) : Mono.<Void>error(refusal.asException());
        return passed.doFinally(_ -> {
            room.leave();
            metrics.count(exchange, System.nanoTime() - begun);
            accessLog.write(exchange, begun);
        });
    }

    private static @Nullable Problem refusal(ServerHttpRequest request) {
        if (!METHODS.contains(request.getMethod())) {
            return Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "Nothing here answers to that.")
                    .saying(HttpHeaders.ALLOW, ALLOW);
        }
        if (!PlainPath.isPlain(request.getURI().getRawPath())) {
            return Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "bad-path",
                    "The path has parts that could be read in two ways: '..', '//', ';', or an encoded '/', '.' or '%'.");
        }
        return null;
    }

    /// The same request, unless it says what only the platform may say. Its id is told the instance by
    /// [ForwardedHeaders].
    private static ServerWebExchange cleaned(ServerWebExchange exchange) {
        var request = exchange.getRequest();
        for (var name : request.getHeaders().headerNames()) {
            if (InternalHeaders.has(name)) {
                return exchange.mutate().request(without(request)).build();
            }
        }
        return exchange;
    }

    private static ServerHttpRequest without(ServerHttpRequest request) {
        return request.mutate()
                .headers(headers -> headers.headerNames().stream()
                        .filter(InternalHeaders::has)
                        .toList()
                        .forEach(headers::remove))
                .build();
    }
}
