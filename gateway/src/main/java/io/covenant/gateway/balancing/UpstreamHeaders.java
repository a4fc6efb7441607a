package io.covenant.gateway.balancing;

import io.covenant.gateway.protection.Deadline;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells an instance how much time is left, and that it is not the first to be asked: who is asked again should not
/// ask others again.
@Component
final class UpstreamHeaders implements HttpHeadersFilter, Ordered {

    /// 2 for the second try; absent on the first.
    static final String TRY = "X-Covenant-Try";

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
        var told = new HttpHeaders(headers);
        long left = Deadline.of(exchange).left(System.nanoTime()).toMillis();
        told.set(Deadline.HEADER, Long.toString(Math.max(1, left)));
        int number = Attempt.number(exchange);
        if (number > 1) {
            told.set(TRY, Integer.toString(number));
        }
        return told;
    }
}
