package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Goal;
import io.covenant.coordinator.transaction.CommitProtocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What these measurements are to reach.
final class Goals {

    private static final String IN_PROCESS = InProcess.name(CommitProtocol.TWO_PHASE);
    private static final String OVER_HTTP = OverHttp.name(CommitProtocol.TWO_PHASE);
    private static final Set<String> TWO_PHASE = Set.of(IN_PROCESS, OVER_HTTP);

    private Goals() {}

    /// The goals that these measurements can tell about.
    static List<Goal> of(List<Row> rows, List<Turn> refusals) {
        // A lease renewed, a checkpoint in between: not the writes of a transaction, but counted with them.
        double slack = 1.05;
        return Stream.of(
                        writes(rows, 1, slack),
                        writes(rows, 64, 0.15),
                        refusals.stream()
                                .filter(turn -> TWO_PHASE.contains(turn.contestant()))
                                .map(turn -> Goal.atMost(
                                        0.05,
                                        turn.contestant() + ": forced writes of the coordinator per refused order",
                                        turn.forcedWrites().per(turn.refused()).of(Counters.COORDINATOR))),
                        ratios(rows, IN_PROCESS, HandWritten.NAME, 0.9),
                        ratios(rows, IN_PROCESS, Narayana.NAME, 1),
                        ratios(rows, IN_PROCESS, Atomikos.NAME, 1),
                        ratios(rows, OVER_HTTP, SeataProcesses.name(SeataMode.XA), 3))
                .flatMap(goals -> goals)
                .toList();
    }

    private static Stream<Goal> writes(List<Row> rows, int concurrency, double limit) {
        return rows.stream()
                .filter(row -> row.concurrency() == concurrency && TWO_PHASE.contains(row.contestant()))
                .map(row -> Goal.atMost(
                        limit,
                        "%s: forced writes of the coordinator per committed order at c=%d"
                                .formatted(row.contestant(), concurrency),
                        row.forcedWrites().of(Counters.COORDINATOR)));
    }

    /// At the concurrencies where throughput counts.
    private static Stream<Goal> ratios(List<Row> rows, String ours, String other, double limit) {
        return IntStream.of(32, 64)
                .boxed()
                .flatMap(concurrency -> of(rows, ours, concurrency).stream()
                        .flatMap(row -> of(rows, other, concurrency).stream()
                                .map(with -> Goal.atLeast(
                                        limit,
                                        "%s: throughput as a multiple of that of %s at c=%d"
                                                .formatted(ours, other, concurrency),
                                        row.throughput().median()
                                                / with.throughput().median()))));
    }

    private static Optional<Row> of(List<Row> rows, String contestant, int concurrency) {
        return rows.stream()
                .filter(row ->
                        row.concurrency() == concurrency && row.contestant().equals(contestant))
                .findFirst();
    }
}
