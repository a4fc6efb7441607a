package io.covenant.balancing.simulation;

import io.covenant.balancing.Call;
import io.covenant.balancing.Cluster;
import io.covenant.balancing.Criteria;
import io.covenant.balancing.Instance;
import io.covenant.balancing.Outcome;
import io.covenant.balancing.Picker;
import io.covenant.balancing.Policy;
import io.covenant.balancing.Selection;
import io.covenant.balancing.Settings;
import io.covenant.balancing.Upstream;
import io.covenant.balancing.chance.Chance;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/// Nodes with four workers each and exponential service times, gateways before them, and requests that
/// come at random whatever the answers do.
final class Queues {

    static final double SERVICE_NANOS = 10_000_000;
    static final int WORKERS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    final World world;
    final List<Backend> nodes = new ArrayList<>();
    private final List<Picker> gateways = new ArrayList<>();
    private final List<Upstream> upstreams = new ArrayList<>();
    private long[] latencies = new long[1 << 16];
    private int answered;
    int failed;
    int sent;
    private double meanGapNanos;

    Queues(long seed, int nodeCount, int gatewayCount, Policy policy, Settings settings) {
        this.world = World.seeded(seed);
        IntStream.range(0, nodeCount).forEach(_ -> nodes.add(new Backend(world, WORKERS)));
        for (int i = 0; i < gatewayCount; i++) {
            var upstream =
                    new Upstream("orders", settings, Chance.seeded(world.dice().next()), Upstream.SILENT);
            upstreams.add(upstream);
            upstream.update(cluster(), now());
            gateways.add(upstream.picker(Selection.by(policy)));
        }
    }

    /// One more node, that all gateways learn of at once.
    Backend join() {
        nodes.add(new Backend(world, WORKERS));
        upstreams.forEach(each -> each.update(cluster(), now()));
        return nodes.getLast();
    }

    private Cluster cluster() {
        return Cluster.of(
                "orders",
                IntStream.range(0, nodes.size())
                        .mapToObj(i -> Instance.of("%04d".formatted(i), "node " + i))
                        .toArray(Instance[]::new));
    }

    /// Requests come so fast that they take this share of what all nodes can do.
    Queues under(double load) {
        double capacity =
                nodes.stream().mapToDouble(each -> each.speed * WORKERS).sum() / SERVICE_NANOS;
        meanGapNanos = 1 / (load * capacity);
        arrive();
        return this;
    }

    private void arrive() {
        world.in(exponential(world, meanGapNanos), () -> {
            send(gateways.get(world.dice().below(gateways.size())));
            arrive();
        });
    }

    /// One request from each gateway, all before the first answer.
    void burst() {
        gateways.forEach(this::send);
    }

    private void send(Picker gateway) {
        long began = now();
        sent++;
        var call = Objects.requireNonNull(gateway.call(Criteria.ANY, began));
        nodes.get(Integer.parseInt(call.instance().id())).take(well -> end(call, began, well));
        if (nodes.stream().anyMatch(each -> each.mode == Backend.Mode.SILENT)) {
            world.in(PATIENCE, () -> giveUp(call));
        }
    }

    private void end(Call call, long began, boolean well) {
        if (call.end(well ? Outcome.SUCCESS : Outcome.SERVER_ERROR, now())) {
            failed += well ? 0 : 1;
            record(now() - began);
        }
    }

    private void giveUp(Call call) {
        failed += call.end(Outcome.TIMED_OUT, now()) ? 1 : 0;
    }

    private void record(long latency) {
        if (answered == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * answered);
        }
        latencies[answered++] = latency;
    }

    Queues run(double seconds) {
        world.run(Duration.ofNanos((long) (seconds * 1e9)));
        return this;
    }

    /// Forgets what was counted so far.
    Queues countAnew() {
        answered = 0;
        failed = 0;
        sent = 0;
        nodes.forEach(each -> each.taken = 0);
        return this;
    }

    double share(Backend node) {
        return (double) node.taken / sent;
    }

    /// In service times.
    double percentile(double share) {
        var sorted = Arrays.copyOf(latencies, answered);
        Arrays.sort(sorted);
        return sorted[(int) (share * (answered - 1))] / SERVICE_NANOS;
    }

    long now() {
        return world.elapsed().toNanos();
    }

    static Duration exponential(World world, double mean) {
        double unit = ((world.dice().next() >>> 11) + 1) * 0x1.0p-53;
        return Duration.ofNanos(Math.round(-mean * StrictMath.log(unit)));
    }
}
