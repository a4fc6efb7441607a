package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.KeySource;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.limits.RateProperties.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Turns away whoever sends more than the route allows, before the body is taken in. Each gateway counts for itself.
@Component
final class RateFilter implements GlobalFilter, Ordered {

    private record Rule(Allowance allowance, List<KeySource> subject) {

        static Rule of(Limit limit) {
            return new Rule(new Allowance(limit.requests(), limit.per().toNanos()), KeySource.all(limit.subject()));
        }
    }

    private final Map<String, Rule> rules;

    RateFilter(RateProperties properties) {
        this.rules = properties.limits().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, each -> Rule.of(each.getValue())));
    }

    @Override
    public int getOrder() {
        return -200;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        var rule = rules.get(route.getId());
        if (rule == null) {
            return chain.filter(exchange);
        }
        var subject = KeySource.read(rule.subject(), exchange);
        if (subject == null) {
            subject = "@" + new KeySource.ClientIp().read(exchange);
        }
        long wait = rule.allowance().take(subject, System.nanoTime());
        return wait == 0 ? chain.filter(exchange) : Mono.error(tooMany(wait));
    }

    private static RuntimeException tooMany(long waitNanos) {
        return Problem.of(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "rate-limited",
                        "More requests came than this route allows; this one was not sent.")
                .passingIn(Duration.ofNanos(waitNanos))
                .asException();
    }
}
