package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;

/// What these measurements are to reach.
final class Goals {

    private Goals() {}

    /// The goals that these figures can tell about.
    static List<Goal> of(List<Row> rows) {
        var goals = new ArrayList<Goal>();
        for (int connections : List.of(1, 8, 64, 256)) {
            beside(
                            rows,
                            new Workload.Closed(connections),
                            "CPU of a request",
                            (ours, stock) -> ours.cpuOf(stock).median())
                    .ifPresent(goals::add);
        }
        for (Workload workload : List.of(new Workload.Open(70), new Workload.OfStock(70))) {
            beside(
                            rows,
                            workload,
                            "p99",
                            (ours, stock) -> ours.latencyOf(stock, 99).median())
                    .ifPresent(goals::add);
        }
        find(rows, Contestants.OURS_WITH_ALL, Measurement.CAPACITY)
                .map(row -> Goal.atMost(
                        65,
                        "aim beyond: microseconds of CPU of a request, " + Measurement.CAPACITY,
                        row.cpuMicros().median()))
                .ifPresent(goals::add);
        return goals;
    }

    private static Optional<Goal> beside(
            List<Row> rows, Workload workload, String figure, ToDoubleBiFunction<Row, Row> ratio) {
        return find(rows, Contestants.OURS_WITH_ALL, workload)
                .flatMap(ours -> find(rows, Contestants.STOCK, workload)
                        .map(stock -> Goal.atMost(
                                1,
                                "%s with everything on, as a multiple of stock's, %s".formatted(figure, workload),
                                ratio.applyAsDouble(ours, stock))));
    }

    private static Optional<Row> find(List<Row> rows, String contestant, Workload workload) {
        return rows.stream()
                .filter(row ->
                        row.contestant().equals(contestant) && row.workload().equals(workload))
                .findFirst();
    }
}
