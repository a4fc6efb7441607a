package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What these measurements are to reach.
final class Goals {

    private Goals() {}

    /// The goals that these figures can tell about.
    static List<Goal> of(List<Row> rows) {
        var goals = new ArrayList<Goal>();
        for (String ours : List.of(OurClient.NAME, OurClient.OF_SESSIONS, BareHttp.NAME)) {
            var own = new Workload(Workload.Kind.OWN, 64);
            pairs(rows, ours, Etcd.NAME, own, 3).ifPresent(goals::add);
            pairs(rows, ours, ZooKeepers.NAME, own, 6).ifPresent(goals::add);
            pairs(rows, ours, Redis.NAME, own, 1.5).ifPresent(goals::add);
            for (int clients : List.of(2, 8, 32)) {
                var hot = new Workload(Workload.Kind.HOT, clients);
                pairs(rows, ours, Etcd.NAME, hot, 4).ifPresent(goals::add);
                pairs(rows, ours, ZooKeepers.NAME, hot, 2).ifPresent(goals::add);
            }
            for (String peer : List.of(Etcd.NAME, ZooKeepers.NAME, Redis.NAME)) {
                latency(rows, ours, peer).ifPresent(goals::add);
            }
        }
        return goals;
    }

    private static Optional<Goal> pairs(List<Row> rows, String ours, String peer, Workload workload, double limit) {
        return find(rows, ours, workload)
                .flatMap(row -> find(rows, peer, workload)
                        .map(other -> row.perSecondOf(other).median()))
                .map(ratio -> Goal.atLeast(
                        limit, "%s: pairs/s as a multiple of %s's, %s".formatted(ours, peer, workload), ratio));
    }

    private static Optional<Goal> latency(List<Row> rows, String ours, String peer) {
        var alone = new Workload(Workload.Kind.OWN, 1);
        return find(rows, ours, alone)
                .flatMap(row -> find(rows, peer, alone)
                        .map(other -> row.medianLatencyOf(other).median()))
                .map(ratio ->
                        Goal.atMost(1, "%s: p50 of a pair as a part of %s's, %s".formatted(ours, peer, alone), ratio));
    }

    private static Optional<Row> find(List<Row> rows, String contestant, Workload workload) {
        return rows.stream()
                .filter(row ->
                        row.contestant().equals(contestant) && row.workload().equals(workload))
                .findFirst();
    }
}
