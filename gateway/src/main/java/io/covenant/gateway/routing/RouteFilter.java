package io.covenant.gateway.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.event.RefreshRoutesResultEvent;
import org.springframework.cloud.gateway.handler.FilteringWebHandler;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.Fuseable.ScalarCallable;
import reactor.core.publisher.Mono;

/// Finds the route of a request before anybody else is asked who handles it: almost every request has one.
///
/// What has none, and what comes from a page of elsewhere (CORS), is left to Spring's own order of handlers.
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class RouteFilter implements WebFilter, ApplicationListener<RefreshRoutesResultEvent> {

    private final RouteLocator locator;
    private final FilteringWebHandler filters;

    private volatile List<Route> routes = List.of();

    RouteFilter(RouteLocator locator, FilteringWebHandler filters) {
        this.locator = locator;
        this.filters = filters;
    }

    @Override
    public void onApplicationEvent(RefreshRoutesResultEvent refreshed) {
        var _ = locator.getRoutes().collectList().subscribe(all -> routes = List.copyOf(all));
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var route = exchange.getRequest().getHeaders().containsHeader(HttpHeaders.ORIGIN) ? null : routeOf(exchange);
        if (route == null) {
            return chain.filter(exchange);
        }
        exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, route);
        return filters.handle(exchange);
    }

    private @Nullable Route routeOf(ServerWebExchange exchange) {
        var attributes = exchange.getAttributes();
        try {
            for (var route : routes) {
                attributes.put(ServerWebExchangeUtils.GATEWAY_PREDICATE_ROUTE_ATTR, route.getId());
                if (!(route.getPredicate().apply(exchange) instanceof ScalarCallable<?> answer)) {
                    return null; // not known at once
                }
                if (Boolean.TRUE.equals(answer.call())) {
                    return route;
                }
            }
            return null;
        } catch (Exception _) {
            return null; // whoever asks again reports it
        } finally {
            attributes.remove(ServerWebExchangeUtils.GATEWAY_PREDICATE_ROUTE_ATTR);
        }
    }
}
