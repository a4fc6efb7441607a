package io.covenant.gateway.edge;

import java.util.function.BiConsumer;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells the services where a request comes from, as the socket says, after all that others said has been removed.
@Component
final class ForwardedHeaders implements HttpHeadersFilter, Telling, Ordered {

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
        var forwarded = new HttpHeaders(headers);
        tell(exchange, forwarded::set);
        return forwarded;
    }

    @Override
    public void tell(ServerWebExchange exchange, BiConsumer<String, String> say) {
        say.accept(RequestId.HEADER, RequestId.of(exchange)); // though Connection may have named it
        var request = exchange.getRequest();
        var remote = request.getRemoteAddress();
        if (remote != null && remote.getAddress() != null) {
            say.accept("X-Forwarded-For", remote.getAddress().getHostAddress());
        }
        say.accept("X-Forwarded-Proto", request.getURI().getScheme());
        var host = request.getHeaders().getFirst(HttpHeaders.HOST);
        if (host != null) {
            say.accept("X-Forwarded-Host", host);
        }
    }
}
