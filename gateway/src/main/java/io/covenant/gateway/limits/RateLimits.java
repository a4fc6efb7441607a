package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.KeySource;
import io.covenant.gateway.edge.LoopTimers;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.RouteFeature;
import io.covenant.gateway.limits.RateProperties.Limit;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Turns away whoever sends more than a route allows, before the body is taken in.
///
/// Each gateway counts what it lets through, and where gateways count together asks for that, too: a request passes
/// that both allow. While what is counted together is away, its own count goes on.
///
/// Every answer of a route with a limit tells what is left, as draft-ietf-httpapi-ratelimit-headers-10 writes it.
@Component
final class RateLimits implements RouteFeature {

    private static final String POLICY = "RateLimit-Policy";
    private static final String LEFT = "RateLimit";

    /// The limit of one route.
    ///
    /// @param name   of the route and its limit, for what is counted together
    /// @param policy what is told of it
    private record Limiting(
            String route,
            String name,
            BucketConfiguration limit,
            Allowances allowances,
            Refusals refusals,
            List<KeySource> subject,
            String policy,
            @Nullable SharedRates shared)
            implements GatewayFilter, Ordered {

        static Limiting of(String route, Limit limit, @Nullable SharedRates shared) {
            var sources = Stream.concat(KeySource.all(limit.subject()).stream(), Stream.of(new KeySource.ClientIp()));
            return new Limiting(
                    route,
                    "%s %d %d ".formatted(route, limit.requests(), limit.per().toNanos()),
                    BucketConfiguration.builder()
                            .addLimit(Allowances.bandwidth(limit))
                            .build(),
                    new Allowances(limit, TimeMeter.SYSTEM_NANOTIME),
                    new Refusals(limit.per(), TimeMeter.SYSTEM_NANOTIME),
                    sources.toList(),
                    "\"%s\";q=%d;w=%d".formatted(route, limit.requests(), seconds(limit.per())),
                    shared);
        }

        @Override
        public int getOrder() {
            return -200;
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
            var who = subject(exchange);
            var together = shared;
            if (together == null) {
                return go(exchange, chain, allowances.take(who));
            }
            var refused = together.awaySince() == null ? refusals.find(who) : null;
            var taken = refused == null ? allowances.take(who) : refused;
            return taken.isConsumed()
                    ? together.take(name + who, limit, LoopTimers.of(exchange))
                            .map(theirs -> both(who, taken, theirs))
                            .defaultIfEmpty(taken)
                            .flatMap(each -> go(exchange, chain, each))
                    : go(exchange, chain, taken);
        }

        private ConsumptionProbe both(String who, ConsumptionProbe own, ConsumptionProbe together) {
            if (!together.isConsumed()) {
                allowances.giveBack(who);
                refusals.remember(who, together);
                return together;
            }
            return ConsumptionProbe.consumed(
                    Math.min(own.getRemainingTokens(), together.getRemainingTokens()),
                    Math.max(own.getNanosToWaitForReset(), together.getNanosToWaitForReset()));
        }

        private Mono<Void> go(ServerWebExchange exchange, GatewayFilterChain chain, ConsumptionProbe taken) {
            tell(exchange, taken);
            return taken.isConsumed() ? chain.filter(exchange) : Mono.error(tooMany(taken));
        }

        /// Whose allowance a request is taken from. The name says where it is from: no header passes for an address.
        private String subject(ServerWebExchange exchange) {
            for (var source : subject) {
                var key = source.read(exchange);
                if (key != null) {
                    return source.written() + '=' + key;
                }
            }
            return "nobody";
        }

        private void tell(ServerWebExchange exchange, ConsumptionProbe taken) {
            var left = '"' + route + "\";r=" + taken.getRemainingTokens() + ";t="
                    + seconds(Duration.ofNanos(taken.getNanosToWaitForReset()));
            var response = exchange.getResponse();
            response.beforeCommit(() -> {
                response.getHeaders().set(POLICY, policy);
                response.getHeaders().set(LEFT, left);
                return Mono.empty();
            });
        }
    }

    private final RateProperties properties;
    private final @Nullable SharedRates shared;
    private final Map<String, Limiting> byRoute;

    /// @param rates there unless each gateway counts for itself: that nothing counts together does not pass for it
    RateLimits(RateProperties properties, ObjectProvider<SharedRates> rates) {
        this.properties = properties;
        this.shared = switch (properties.store()) {
            case LOCAL -> null;
            case POSTGRESQL -> rates.getObject();
        };
        this.byRoute = properties.limits().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, each -> Limiting.of(each.getKey(), each.getValue(), shared)));
    }

    @Override
    public String key() {
        return "rate.limits";
    }

    @Override
    public Set<String> routes() {
        return byRoute.keySet();
    }

    @Override
    public GatewayFilter filter(String route, String service) {
        return Objects.requireNonNull(byRoute.get(route));
    }

    @Override
    public Object about(String route) {
        var limit = Objects.requireNonNull(properties.limits().get(route));
        var about = new TreeMap<String, Object>();
        about.put("requests", limit.requests());
        about.put("per", limit.per().toString());
        about.put("subject", limit.subject());
        about.put("store", properties.store().name().toLowerCase(Locale.ROOT));
        var since = shared == null ? null : shared.awaySince();
        about.put("shared", shared != null && since == null);
        if (since != null) {
            about.put("awaySince", since);
        }
        return about;
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
