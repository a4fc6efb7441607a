package io.covenant.benchmarks.transactions;

import io.covenant.coordinator.transaction.CommitProtocol;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What we set out to reach, and what it came to.
///
/// @param limit the figure to reach
/// @param atMost whether less is better
record Goal(String what, double limit, boolean atMost, double measured) {

    private static final String COORDINATOR = "coordinator";
    private static final String IN_PROCESS = InProcess.name(CommitProtocol.TWO_PHASE);
    private static final String OVER_HTTP = OverHttp.name(CommitProtocol.TWO_PHASE);
    private static final Set<String> TWO_PHASE = Set.of(IN_PROCESS, OVER_HTTP);

    boolean isReached() {
        return atMost ? measured <= limit : measured >= limit;
    }

    /// The goals that these measurements can tell about.
    static List<Goal> of(List<Row> rows, List<Turn> refusals) {
        // A lease renewed, a checkpoint in between: not the writes of a transaction, but counted with them.
        double slack = 1.05;
        return Stream.of(
                        writes(rows, 1, slack),
                        writes(rows, 64, 0.15),
                        refusals.stream()
                                .filter(turn -> TWO_PHASE.contains(turn.contestant()))
                                .map(turn -> new Goal(
                                        turn.contestant() + ": forced writes of the coordinator per refused order",
                                        0.05,
                                        true,
                                        turn.forcedWrites().per(turn.refused()).of(COORDINATOR))),
                        ratios(rows, IN_PROCESS, HandWritten.NAME, 0.9),
                        ratios(rows, IN_PROCESS, Narayana.NAME, 1),
                        ratios(rows, IN_PROCESS, Atomikos.NAME, 1))
                .flatMap(goals -> goals)
                .toList();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %s: %.2f, to be at %s %.2f",
                isReached() ? "reached" : "MISSED ",
                what,
                measured,
                atMost ? "most" : "least",
                limit);
    }

    private static Stream<Goal> writes(List<Row> rows, int concurrency, double limit) {
        return rows.stream()
                .filter(row -> row.concurrency() == concurrency && TWO_PHASE.contains(row.contestant()))
                .map(row -> new Goal(
                        "%s: forced writes of the coordinator per committed order at c=%d"
                                .formatted(row.contestant(), concurrency),
                        limit,
                        true,
                        row.forcedWrites().of(COORDINATOR)));
    }

    /// At the concurrencies where throughput counts.
    private static Stream<Goal> ratios(List<Row> rows, String ours, String other, double limit) {
        return IntStream.of(32, 64)
                .boxed()
                .flatMap(concurrency -> of(rows, ours, concurrency).stream()
                        .flatMap(row -> of(rows, other, concurrency).stream()
                                .map(with -> new Goal(
                                        "%s: throughput as a multiple of that of %s at c=%d"
                                                .formatted(ours, other, concurrency),
                                        limit,
                                        false,
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
