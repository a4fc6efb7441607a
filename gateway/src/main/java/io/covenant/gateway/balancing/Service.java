package io.covenant.gateway.balancing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The instances of one service, in turn.
final class Service {

    private final String name;
    private final List<Instance> instances;
    private final AtomicInteger turn = new AtomicInteger();

    Service(String name, List<Instance> instances) {
        this.name = name;
        this.instances = List.copyOf(instances);
    }

    String name() {
        return name;
    }

    /// The next instance that was not tried yet. Those that are silent are passed over while others answer, and those
    /// that are away while others listen.
    ///
    /// @return `null` when all were tried
    @Nullable
    Instance next(Collection<Instance> tried, long now) {
        var untried = instances;
        if (!tried.isEmpty()) {
            untried = new ArrayList<>(instances);
            untried.removeAll(tried);
        }
        var candidates = preferred(untried, now);
        // A second attempt takes nobody's turn: else the instance after a broken one would get all of the first ones.
        int number = tried.isEmpty() ? turn.getAndIncrement() : turn.get();
        return candidates.isEmpty() ? null : candidates.get(Math.floorMod(number, candidates.size()));
    }

    private static List<Instance> preferred(List<Instance> untried, long now) {
        var answering = where(untried, instance -> !instance.isAway() && !instance.isSilent(now));
        if (!answering.isEmpty()) {
            return answering;
        }
        var listening = where(untried, instance -> !instance.isAway());
        return listening.isEmpty() ? untried : listening;
    }

    /// The same list, and no new one, where all pass: the usual case.
    private static List<Instance> where(List<Instance> instances, Predicate<Instance> test) {
        for (var instance : instances) {
            if (!test.test(instance)) {
                return instances.stream().filter(test).toList();
            }
        }
        return instances;
    }
}
