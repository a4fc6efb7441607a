package io.covenant.web.services;

import io.covenant.web.services.ServiceAnswer.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The instances of one service, in turn.
final class Instances implements AutoCloseable {

    private final List<Instance> all;
    private final CallMetrics metrics;
    private final AtomicInteger turn = new AtomicInteger();

    Instances(List<Instance> all, CallMetrics metrics) {
        this.all = all;
        this.metrics = metrics;
    }

    CallMetrics metrics() {
        return metrics;
    }

    int openConnections() {
        return all.stream().mapToInt(Instance::openConnections).sum();
    }

    /// Every instance once, beginning with the next in turn; those to be avoided at the end.
    List<Instance> inTurn() {
        int size = all.size();
        if (size < 2) {
            return all;
        }
        int first = Math.floorMod(turn.getAndIncrement(), size);
        var order = new ArrayList<Instance>(size);
        var avoided = new ArrayList<Instance>(0);
        for (int i = 0; i < size; i++) {
            var instance = all.get((first + i) % size);
            (instance.shunned() ? avoided : order).add(instance);
        }
        order.addAll(avoided);
        return order;
    }

    /// Says of each why it is not asked.
    List<Attempt> untried(String reason) {
        return all.stream()
                .map(instance -> new Attempt(instance.address(), reason))
                .toList();
    }

    void closeIdle() {
        all.forEach(Instance::closeIdle);
    }

    @Override
    public void close() {
        all.forEach(Instance::close);
    }
}
