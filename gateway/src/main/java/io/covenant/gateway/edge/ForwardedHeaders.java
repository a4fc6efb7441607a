package io.covenant.gateway.edge;

import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells the services where a request comes from, as the socket says, after all that others said has been removed.
@Component
final class ForwardedHeaders implements HttpHeadersFilter, Ordered {

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
        var request = exchange.getRequest();
        var forwarded = new HttpHeaders(headers);
        forwarded.set(RequestId.HEADER, RequestId.of(exchange)); // though Connection may have named it
        var remote = request.getRemoteAddress();
        if (remote != null && remote.getAddress() != null) {
            forwarded.set("X-Forwarded-For", remote.getAddress().getHostAddress());
        }
        forwarded.set("X-Forwarded-Proto", request.getURI().getScheme());
        var host = request.getHeaders().getFirst(HttpHeaders.HOST);
        if (host != null) {
            forwarded.set("X-Forwarded-Host", host);
        }
        return forwarded;
    }
}
