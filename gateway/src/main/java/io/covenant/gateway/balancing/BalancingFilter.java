package io.covenant.gateway.balancing;

import io.covenant.balancing.Criteria;
import io.covenant.balancing.Policy;
import io.covenant.balancing.retry.RetryRule;
import io.covenant.gateway.streams.Streams;
import java.util.List;
import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Sends a request to an instance of the service that its route names (`service://orders`).
///
/// What was not sent goes on to an instance not tried yet. What was sent does so only when two of it have the effect
/// of one (GET, HEAD, OPTIONS, PUT, DELETE, or whatever carries an `Idempotency-Key`), and never after the first byte
/// of an answer; otherwise the client is told that nobody knows what was done.
@Component
public final class BalancingFilter implements GlobalFilter, Ordered {

    /// Attribute of an exchange: the connection to the instance that a socket goes through.
    public static final String SOCKET = BalancingFilter.class.getName() + ".socket";

    /// The scheme of the routes that this filter serves.
    static final String SCHEME = "service";

    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final Services services;
    private final ReturnWatch returns;
    private final RouteChoices choices;
    private final BalancingProperties properties;
    private final Streams streams;
    private final Traces traces;
    private final RetryRule rule;

    BalancingFilter(
            Services services,
            ReturnWatch returns,
            RouteChoices choices,
            BalancingProperties properties,
            Streams streams,
            Traces traces) {
        this.services = services;
        this.returns = returns;
        this.choices = choices;
        this.properties = properties;
        this.streams = streams;
        this.traces = traces;
        this.rule =
                new RetryRule(properties.tries(), RetryRule.DEFAULTS.firstPause(), RetryRule.DEFAULTS.longestPause());
    }

    @Override
    public int getOrder() {
        return 10_150; // after the filters of a route, before the request is sent
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        if (!SCHEME.equals(route.getUri().getScheme())) {
            return chain.filter(exchange);
        }
        var name = route.getUri().getHost();
        var service = services.open(name);
        if (service.size() == 0) {
            return Mono.error(Trouble.noInstance(name).asException());
        }
        var own = choices.of(route);
        var choice = own.over(service.choice());
        var canary = service.canary(route.getId(), own.canary());
        var subset = canary == null
                ? own.subset()
                : canary.among(own.subset(), choice.keys(), exchange, service, services.chance());
        var picker = service.picker(choice.among(subset, services.zone()));
        var request = exchange.getRequest();
        boolean repeatable =
                REPEATABLE.contains(request.getMethod()) || request.getHeaders().containsHeader("Idempotency-Key");
        var wait = READS.contains(request.getMethod()) ? properties.readWait() : properties.writeWait();
        var terms = new Terms(route.getId(), repeatable, wait, rule, services.chance(), returns, streams, traces);
        var criteria = criteria(choice, repeatable, exchange);
        if (own.sticky() != null) {
            criteria = own.sticky().over(criteria, exchange, service);
        }
        return new Delivery(service, picker, criteria, terms, exchange, chain).begin();
    }

    private static Criteria criteria(Choice choice, boolean repeatable, ServerWebExchange exchange) {
        var any = repeatable ? Criteria.ANY : Criteria.SAFE;
        var sources = choice.policy() instanceof Policy.ConsistentHash ? choice.keys() : List.<KeySource>of();
        var key = KeySource.read(sources, exchange);
        return key == null ? any : any.key(key);
    }
}
