package io.covenant.gateway.mirroring;

import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.edge.RouteFeature;
import io.covenant.gateway.mirroring.MirrorProperties.Rule;
import io.covenant.gateway.upstream.Copies;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.stereotype.Component;

/// The mirrors of the routes that have one.
@Component
final class Mirrors implements RouteFeature {

    private final MirrorProperties properties;
    private final Services services;
    private final Copies copies;
    private final MeterRegistry meters;
    private final Map<String, MirrorFilter> byRoute = new ConcurrentHashMap<>();

    Mirrors(MirrorProperties properties, Services services, Copies copies, MeterRegistry meters) {
        this.properties = properties;
        this.services = services;
        this.copies = copies;
        this.meters = meters;
    }

    @Override
    public String key() {
        return "mirror.routes";
    }

    @Override
    public Set<String> routes() {
        return properties.routes().keySet();
    }

    @Override
    public GatewayFilter filter(String route, String service) {
        return byRoute.computeIfAbsent(route, _ -> made(route, service));
    }

    private MirrorFilter made(String route, String service) {
        var rule = properties.routes().get(route);
        if (rule == null) {
            throw new IllegalArgumentException(route + " has no mirror");
        }
        var target = rule.service() == null ? service : rule.service();
        if (target.equals(service)) {
            requireHarmless(route, rule);
        }
        return new MirrorFilter(
                rule,
                services.open(service),
                services.open(target),
                services.chance(),
                copies,
                new MirrorMetrics(route, meters));
    }

    /// What the copies do at the service that does the requests themselves.
    private static void requireHarmless(String route, Rule rule) {
        if (rule.subset().isEmpty()) {
            throw new IllegalArgumentException(
                    "covenant.gateway.mirror.routes.%s: a mirror needs a service of its own, or a subset"
                            .formatted(route));
        }
        if (rule.writes()) {
            throw new IllegalArgumentException(
                    "covenant.gateway.mirror.routes.%s: writes are copied to another service only, or they are done twice"
                            .formatted(route));
        }
    }

    @Override
    public Object about(String route) {
        var filter = byRoute.get(route);
        if (filter == null) {
            throw new IllegalArgumentException(route + " has no mirror");
        }
        return filter.about();
    }
}
