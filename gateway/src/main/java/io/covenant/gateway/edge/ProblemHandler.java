package io.covenant.gateway.edge;

import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.webflux.error.ErrorWebExceptionHandler;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/// Answers every error with a problem document, or ends the connection where an answer is already under way.
@Component
@Order(-2) // before Boot's own
final class ProblemHandler implements ErrorWebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    /// With these the request was perhaps not read to its end.
    private static final Set<HttpStatus> UNREAD = Set.of(HttpStatus.REQUEST_TIMEOUT, HttpStatus.CONTENT_TOO_LARGE);

    private final JsonMapper mapper;

    ProblemHandler(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        var response = exchange.getResponse();
        var problem = Problems.of(failure);
        report(exchange, problem, failure);
        if (response.isCommitted()) {
            breakOff(response);
            return Mono.error(problem.status().is5xxServerError() ? failure : AbortedException.beforeSend());
        }
        response.getHeaders().clear();
        response.getHeaders().set(RequestId.HEADER, RequestId.of(exchange));
        response.setStatusCode(problem.status());
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.retry()) {
            response.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(problem.retryAfterSeconds()));
        }
        problem.headers().forEach(response.getHeaders()::set);
        if (UNREAD.contains(problem.status())) {
            response.getHeaders().set(HttpHeaders.CONNECTION, "close"); // the rest of the request is not waited for
        }
        var path = exchange.getRequest().getURI().getRawPath();
        var content = mapper.writeValueAsBytes(problem.document(path, RequestId.of(exchange)));
        response.getHeaders().setContentLength(content.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(content)));
    }

    /// Part of an answer is under way: a client must see it end without its end, not take the part for the whole.
    private static void breakOff(ServerHttpResponse response) {
        if (ServerHttpResponseDecorator.getNativeResponse(response) instanceof HttpServerResponse server) {
            server.withConnection(Connection::dispose);
        }
    }

    private static void report(ServerWebExchange exchange, Problem problem, Throwable failure) {
        var request = exchange.getRequest();
        try (var _ = MDC.putCloseable("requestId", RequestId.of(exchange))) {
            if (problem.status().value() == 500) {
                log.error("{} {} failed", request.getMethod(), request.getURI().getRawPath(), failure);
            } else if (problem.status().is5xxServerError()) {
                log.warn("{} {}: {}", request.getMethod(), request.getURI().getRawPath(), causeOf(failure));
            }
        }
    }

    private static String causeOf(Throwable failure) {
        return failure.getCause() == null
                ? String.valueOf(failure.getMessage())
                : failure.getMessage() + " (" + failure.getCause() + ")";
    }
}
