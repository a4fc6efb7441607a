package io.covenant.gateway.balancing;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.covenant.balancing.Instance;
import io.covenant.balancing.Policy;
import io.covenant.gateway.balancing.BalancingProperties.Canary;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What operators want of a service: the policy of its routes, what becomes of single instances, and the canaries.
///
/// @param policy  its label
/// @param hashKey where the key of a request is found, see [KeySource]; absent for nowhere
/// @param bound   how far above the average `hash` may load an instance; absent for 1.25
/// @param weights by the id of the instance; those without have the weight that discovery tells
/// @param drained the ids of those that get nothing new
/// @param canaries by the id of the route; those without have the canary of the configuration, if any
public record ClusterSettings(
        String policy,
        @Nullable String hashKey,
        @Nullable Double bound,
        SortedMap<String, Integer> weights,
        SortedSet<String> drained,
        @JsonSetter(nulls = Nulls.AS_EMPTY) SortedMap<String, Canary> canaries) { // absent in what was kept before

    /// @throws IllegalArgumentException when there is no such policy, key, bound or weight
    public ClusterSettings {
        var _ = policyOf(policy, bound);
        var _ = KeySource.all(hashKey);
        weights.forEach(ClusterSettings::checkWeight);
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        drained = Collections.unmodifiableSortedSet(new TreeSet<>(drained));
        canaries = Collections.unmodifiableSortedMap(new TreeMap<>(canaries));
    }

    public static ClusterSettings of(
            String policy,
            @Nullable String hashKey,
            @Nullable Double bound,
            Map<String, Integer> weights,
            Set<String> drained) {
        return new ClusterSettings(
                policy, hashKey, bound, new TreeMap<>(weights), new TreeSet<>(drained), new TreeMap<>());
    }

    /// The same settings with these canaries.
    public ClusterSettings with(Map<String, Canary> others) {
        return new ClusterSettings(policy, hashKey, bound, weights, drained, new TreeMap<>(others));
    }

    private static void checkWeight(String id, int weight) {
        if (weight < 0 || weight > Instance.HEAVIEST) {
            throw new IllegalArgumentException(
                    "the weight of %s is %d, not 0 to %d".formatted(id, weight, Instance.HEAVIEST));
        }
    }

    static Policy policyOf(String label, @Nullable Double bound) {
        var policy = Policy.labelled(label);
        return policy instanceof Policy.ConsistentHash && bound != null ? new Policy.ConsistentHash(bound) : policy;
    }

    Choice choice() {
        return new Choice(policyOf(policy, bound), KeySource.all(hashKey));
    }

    /// By the id of the route.
    Map<String, CanaryChoice> canaryChoices() {
        return canaries.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, each -> CanaryChoice.of(each.getValue())));
    }

    Instance over(Instance discovered) {
        return discovered
                .weighing(weights.getOrDefault(discovered.id(), discovered.weight()))
                .draining(drained.contains(discovered.id()));
    }
}
