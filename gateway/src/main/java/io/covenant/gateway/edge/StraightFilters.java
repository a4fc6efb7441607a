package io.covenant.gateway.edge;

import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;

/// Lets the filters of the door follow one another directly, without what Spring puts in between for whoever
/// debugs, and without its observation of each request, in place of which [RequestMetrics] count.
@Component
final class StraightFilters implements WebHttpHandlerBuilderCustomizer {

    /// The filters from a certain one on.
    private record Rest(List<WebFilter> filters, int next, WebFilterChain end) implements WebFilterChain {

        @Override
        public Mono<Void> filter(ServerWebExchange exchange) {
            if (next == filters.size()) {
                return end.filter(exchange);
            }
            try {
                return filters.get(next).filter(exchange, new Rest(filters, next + 1, end));
            } catch (RuntimeException thrown) {
                return Mono.error(thrown);
            }
        }
    }

    @Override
    public void customize(WebHttpHandlerBuilder builder) {
        builder.observationRegistry(ObservationRegistry.NOOP).filters(all -> {
            var filters = List.copyOf(all);
            all.clear();
            all.add((exchange, end) -> new Rest(filters, 0, end).filter(exchange));
        });
    }
}
