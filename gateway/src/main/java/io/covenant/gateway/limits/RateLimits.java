package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.KeySource;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.limits.RateProperties.Limit;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
///
/// Every answer of a route with a limit tells what is left, as draft-ietf-httpapi-ratelimit-headers-10 writes it.
@Component
final class RateFilter implements GlobalFilter, Ordered {

    private static final String POLICY = "RateLimit-Policy";
    private static final String LEFT = "RateLimit";

    /// @param policy what is told of it
    private record Rule(Allowances allowances, List<KeySource> subject, String policy) {

        static Rule of(String route, Limit limit) {
            var sources = Stream.concat(KeySource.all(limit.subject()).stream(), Stream.of(new KeySource.ClientIp()));
            return new Rule(
                    new Allowances(limit, TimeMeter.SYSTEM_NANOTIME),
                    sources.toList(),
                    "\"%s\";q=%d;w=%d".formatted(route, limit.requests(), seconds(limit.per())));
        }

        /// Whose allowance a request is taken from. The name says where it is from: no header passes for an address.
        String subject(ServerWebExchange exchange) {
            for (var source : subject) {
                var key = source.read(exchange);
                if (key != null) {
                    return source.written() + '=' + key;
                }
            }
            return "nobody";
        }
    }

    private final Map<String, Rule> rules;

    RateFilter(RateProperties properties) {
        this.rules = properties.limits().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, each -> Rule.of(each.getKey(), each.getValue())));
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
        var taken = rule.allowances().take(rule.subject(exchange));
        tell(exchange, route, rule, taken);
        return taken.isConsumed() ? chain.filter(exchange) : Mono.error(tooMany(taken));
    }

    private static void tell(ServerWebExchange exchange, Route route, Rule rule, ConsumptionProbe taken) {
        var left = '"' + route.getId() + "\";r=" + taken.getRemainingTokens() + ";t="
                + seconds(Duration.ofNanos(taken.getNanosToWaitForReset()));
        var response = exchange.getResponse();
        response.beforeCommit(() -> {
            response.getHeaders().set(POLICY, rule.policy());
            response.getHeaders().set(LEFT, left);
            return Mono.empty();
        });
    }

    /// Whole ones, rounded up.
    private static long seconds(Duration time) {
        return time.plusNanos(999_999_999).toSeconds();
    }

    private static RuntimeException tooMany(ConsumptionProbe taken) {
        return Problem.of(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "rate-limited",
                        "More requests came than this route allows; this one was not sent.")
                .passingIn(Duration.ofNanos(taken.getNanosToWaitForRefill()))
                .asException();
    }
}
