package io.covenant.gateway.edge;

import java.util.List;
import java.util.Locale;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
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

    private static final List<String> FORGEABLE = List.of("forwarded", "x-real-ip", "x-client-ip", "true-client-ip");

    private final AccessLog accessLog;

    EdgeFilter(AccessLog accessLog) {
        this.accessLog = accessLog;
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
        var passed = PlainPath.isPlain(request.getURI().getRawPath())
                ? chain.filter(exchange.mutate().request(cleaned(request, id)).build())
                : Mono.<Void>error(notPlain());
        return passed.doFinally(_ -> accessLog.write(exchange, begun));
    }

    private static RuntimeException notPlain() {
        return Problem.of(
                        HttpStatus.BAD_REQUEST,
                        "bad-path",
                        "The path has parts that could be read in two ways: '..', '//', ';', or an encoded '/', '.' or '%'.")
                .asException();
    }

    private static ServerHttpRequest cleaned(ServerHttpRequest request, String id) {
        return request.mutate()
                .headers(headers -> {
                    headers.headerNames().stream()
                            .filter(EdgeFilter::isForgeable)
                            .toList()
                            .forEach(headers::remove);
                    headers.set(RequestId.HEADER, id);
                })
                .build();
    }

    private static boolean isForgeable(String header) {
        var name = header.toLowerCase(Locale.ROOT);
        return name.startsWith("x-forwarded-") || name.startsWith("x-covenant-") || FORGEABLE.contains(name);
    }
}
