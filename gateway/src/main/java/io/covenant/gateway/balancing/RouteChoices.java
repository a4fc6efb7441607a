package io.covenant.gateway.balancing;

import io.covenant.balancing.Policy;
import io.covenant.balancing.Subset;
import io.covenant.gateway.balancing.BalancingProperties.RouteRules;
import java.util.List;
import java.util.Map;
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
    record Own(@Nullable Policy policy, @Nullable List<KeySource> keys, Subset subset) {

        static final Own NOTHING = new Own(null, null, Subset.ALL);

        Choice over(Choice service) {
            return policy == null && keys == null
                    ? service
                    : new Choice(policy == null ? service.policy() : policy, keys == null ? service.keys() : keys);
        }
    }

    private final Map<RouteRules, Own> known = new ConcurrentHashMap<>();

    Own of(Route route) {
        return route.getMetadata().get(RULES) instanceof RouteRules rules
                ? known.computeIfAbsent(rules, RouteChoices::read)
                : Own.NOTHING;
    }

    /// What the metadata of an instance must contain to get requests of this route.
    public Map<String, String> subset(Route route) {
        return of(route).subset().labels();
    }

    private static Own read(RouteRules rules) {
        return new Own(
                rules.policy() == null ? null : ClusterSettings.policyOf(rules.policy(), rules.bound()),
                rules.hashKey() == null ? null : KeySource.all(rules.hashKey()),
                rules.subset().isEmpty() ? Subset.ALL : new Subset(rules.subset(), false));
    }

    /// How a service's instances are chosen for this route.
    public Choice choice(Route route, Service service) {
        return of(route).over(service.choice());
    }
}
