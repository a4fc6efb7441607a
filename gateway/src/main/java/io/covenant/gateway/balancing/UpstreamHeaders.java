package io.covenant.gateway.balancing;

import io.covenant.gateway.edge.Telling;
import io.covenant.gateway.protection.Deadline;
import java.util.function.BiConsumer;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells an instance how much time is left, and that it is not the first to be asked: who is asked again should not
/// ask others again.
@Component
final class UpstreamHeaders implements HttpHeadersFilter, Telling, Ordered {

    /// 2 for the second try; absent on the first.
    static final String TRY = "X-Covenant-Try";

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
        var told = new HttpHeaders(headers);
        tell(exchange, told::set);
        return told;
    }

    @Override
    public void tell(ServerWebExchange exchange, BiConsumer<String, String> say) {
        long left = Deadline.of(exchange).left(System.nanoTime()).toMillis();
        say.accept(Deadline.HEADER, Long.toString(Math.max(1, left)));
        int number = Attempt.number(exchange);
        if (number > 1) {
            say.accept(TRY, Integer.toString(number));
        }
    }
}
