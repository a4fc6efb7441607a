package io.covenant.benchmarks.transactions;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What we set out to reach, and what it came to.
///
/// @param limit the figure to reach
/// @param atMost whether less is better
record Goal(String what, double limit, boolean atMost, double measured) {

    private static final String COORDINATOR = "coordinator";

    boolean isReached() {
        return atMost ? measured <= limit : measured >= limit;
    }

    /// The goals that these measurements can tell about.
    static List<Goal> of(List<Row> rows, List<Turn> refusals) {
        // A lease renewed, a checkpoint in between: not the writes of a transaction, but counted with them.
        double slack = 1.05;
        return Stream.of(
                        ours(rows, 1)
                                .map(row -> new Goal(
                                        row.contestant()
                                                + ": forced writes of the coordinator per committed order at c=1",
                                        slack,
                                        true,
                                        row.forcedWrites().of(COORDINATOR))),
                        ours(rows, 32)
                                .map(row -> new Goal(
                                        row.contestant()
                                                + ": forced writes of the coordinator per committed order at c=32",
                                        0.3,
                                        true,
                                        row.forcedWrites().of(COORDINATOR))),
                        refusals.stream()
                                .filter(turn -> !turn.contestant().equals(HandWritten.NAME))
                                .map(turn -> new Goal(
                                        turn.contestant() + ": forced writes of the coordinator per refused order",
                                        0.05,
                                        true,
                                        turn.forcedWrites().per(turn.refused()).of(COORDINATOR))),
                        ratio(rows, InProcess.NAME, 0.85).stream(),
                        ratio(rows, OverHttp.NAME, 0.45).stream())
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

    private static Stream<Row> ours(List<Row> rows, int concurrency) {
        return rows.stream()
                .filter(row -> row.concurrency() == concurrency)
                .filter(row -> !row.contestant().equals(HandWritten.NAME));
    }

    private static Optional<Goal> ratio(List<Row> rows, String contestant, double limit) {
        return ours(rows, 32)
                .filter(row -> row.contestant().equals(contestant))
                .findFirst()
                .map(row -> new Goal(
                        contestant + ": throughput as a part of the floor's at c=32",
                        limit,
                        false,
                        row.toReference().median()));
    }
}
