package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import io.covenant.balancing.Policy;
import io.covenant.balancing.Subset;
import io.covenant.gateway.balancing.BalancingProperties.Canary;
import io.covenant.gateway.balancing.BalancingProperties.RouteRules;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.stereotype.Component;

/// What routes want of their own: their metadata say it under [#RULES].
@Component
public final class RouteChoices {

    /// [RouteRules] among a route's metadata.
    public static final String RULES = "balancing";

    /// @param policy absent for the service's
    /// @param keys   absent for the service's
    /// @param sticky absent where clients need not come back to their instance
    /// @param canary absent where all go to the same
    record Own(
            @Nullable Policy policy,
            @Nullable List<KeySource> keys,
            Subset subset,
            @Nullable Sticky sticky,
            @Nullable CanaryChoice canary) {

        static final Own NOTHING = new Own(null, null, Subset.ALL, null, null);

        Choice over(Choice service) {
            return policy == null && keys == null
                    ? service
                    : new Choice(policy == null ? service.policy() : policy, keys == null ? service.keys() : keys);
        }
    }

    private final Map<RouteRules, Own> known = new ConcurrentHashMap<>();
    private final CookieSeal seal;

    RouteChoices(BalancingProperties properties) {
        this.seal = CookieSeal.of(properties.stickySecret());
    }

    Own of(Route route) {
        return route.getMetadata().get(RULES) instanceof RouteRules rules
                ? known.computeIfAbsent(rules, this::read)
                : Own.NOTHING;
    }

    /// What the metadata of an instance must contain to get requests of this route.
    public Map<String, String> subset(Route route) {
        return of(route).subset().labels();
    }

    private Own read(RouteRules rules) {
        return new Own(
                rules.policy() == null ? null : ClusterSettings.policyOf(rules.policy(), rules.bound()),
                rules.hashKey() == null ? null : KeySource.all(rules.hashKey()),
                rules.subset().isEmpty() ? Subset.ALL : new Subset(rules.subset(), false),
                rules.sticky() == null ? null : new Sticky(rules.sticky(), seal),
                rules.canary() == null ? null : CanaryChoice.of(rules.canary()));
    }

    /// @param instances those that the subset has now; while it has none, the others get all
    private record CanaryAnswer(Map<String, String> subset, double percent, String header, List<String> instances) {}

    /// What else operators are shown of this route's choices: its cookie, its canary.
    public Map<String, Object> more(Route route, Service service) {
        var more = new TreeMap<String, Object>();
        var rules = rules(route);
        if (rules.sticky() != null) {
            more.put("sticky", rules.sticky());
        }
        var wanted = service.settings().canaries().get(route.getId());
        var canary = wanted == null ? rules.canary() : wanted;
        if (canary != null) {
            more.put("canary", about(canary, service));
        }
        return more;
    }

    private static CanaryAnswer about(Canary canary, Service service) {
        var subset = new Subset(canary.subset(), false);
        return new CanaryAnswer(
                canary.subset(),
                canary.percent(),
                canary.header(),
                service.cluster().instances().stream()
                        .filter(each -> each.isOpen() && subset.contains(each))
                        .map(Instance::id)
                        .toList());
    }

    /// What the configuration says of a route.
    public static RouteRules rules(Route route) {
        return route.getMetadata().get(RULES) instanceof RouteRules rules ? rules : RouteRules.NONE;
    }

    /// How a service's instances are chosen for this route.
    public Choice choice(Route route, Service service) {
        return of(route).over(service.choice());
    }
}
