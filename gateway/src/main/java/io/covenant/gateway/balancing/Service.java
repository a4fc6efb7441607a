package io.covenant.gateway.balancing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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

    /// The next instance that was not tried yet. One that is known to be away comes only when no other is left, for
    /// it may have come back this moment.
    ///
    /// @return `null` when all were tried
    @Nullable
    Instance next(Collection<Instance> tried) {
        var untried = instances;
        if (!tried.isEmpty()) {
            untried = new ArrayList<>(instances);
            untried.removeAll(tried);
        }
        var present = untried;
        for (var instance : untried) {
            if (instance.isAway()) {
                present = untried.stream().filter(one -> !one.isAway()).toList();
                break;
            }
        }
        var candidates = present.isEmpty() ? untried : present;
        // A second attempt takes nobody's turn: else the instance after a broken one would get all of the first ones.
        int number = tried.isEmpty() ? turn.getAndIncrement() : turn.get();
        return candidates.isEmpty() ? null : candidates.get(Math.floorMod(number, candidates.size()));
    }
}
