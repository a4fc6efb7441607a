package io.covenant.balancing;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The instances of one service at one time. Immutable: a change makes another one, which an [Upstream]
/// takes at once.
///
/// @param service   its name
/// @param version   counts the changes, for operators and for comparing replicas
/// @param instances in the order of their ids, so that every process has the same
public record Cluster(String service, long version, List<Instance> instances) {

    /// Far beyond what one process should spread over.
    public static final int LARGEST = 10_000;

    public Cluster {
        if (instances.size() > LARGEST) {
            throw new IllegalArgumentException(service + " has more than " + LARGEST + " instances");
        }
        instances =
                instances.stream().sorted(Comparator.comparing(Instance::id)).toList();
        var ids = new HashSet<String>();
        for (var instance : instances) {
            if (!ids.add(instance.id())) {
                throw new IllegalArgumentException(service + " has two instances of the id " + instance.id());
            }
        }
    }

    public static Cluster of(String service, Instance... instances) {
        return new Cluster(service, 1, List.of(instances));
    }

    public Optional<Instance> instance(String id) {
        return instances.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    /// @throws IllegalArgumentException when there is no such instance, or no such weight
    public Cluster weighing(String id, int weight) {
        return changed(id, instance -> instance.weighing(weight));
    }

    /// @throws IllegalArgumentException when there is no such instance
    public Cluster draining(String id, boolean drains) {
        return changed(id, instance -> instance.draining(drains));
    }

    /// Whether anybody may get anything: ask it of the next cluster before an operator drains the last
    /// one.
    public boolean isServed() {
        return instances.stream().anyMatch(Instance::isOpen);
    }

    private Cluster changed(String id, UnaryOperator<Instance> change) {
        if (instance(id).isEmpty()) {
            throw new IllegalArgumentException(service + " has no instance " + id);
        }
        var changed = instances.stream()
                .map(each -> each.id().equals(id) ? change.apply(each) : each)
                .toList();
        return new Cluster(service, version + 1, changed);
    }
}
