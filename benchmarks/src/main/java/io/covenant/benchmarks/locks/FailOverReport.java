package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Goal;
import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Prose;
import io.covenant.benchmarks.measure.Results;
import io.covenant.benchmarks.measure.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// How long it took until another node granted.
///
/// @param busy clients that went on taking locks meanwhile
/// @param held sessions that each held a lock through all of it
/// @param pairs that the busy clients completed
record FailOverReport(
        Instant at,
        Machine machine,
        String commit,
        String flags,
        int busy,
        int held,
        long pairs,
        double load,
        List<FailOver> runs) {

    private static final double KILLED_MEDIAN = 1_500;
    private static final double KILLED_WORST = 3_000;
    private static final double STOPPED_WORST = 250;

    /// The least of the runs' times that so many of a hundred do not exceed.
    static double percentile(List<FailOver> runs, double percent) {
        double[] millis = runs.stream().mapToDouble(FailOver::millis).sorted().toArray();
        if (millis.length == 0) {
            throw new IllegalArgumentException("no runs");
        }
        return millis[Math.max(0, (int) Math.ceil(percent / 100 * millis.length) - 1)];
    }

    private List<FailOver> runs(boolean abrupt) {
        return runs.stream().filter(run -> run.abrupt() == abrupt).toList();
    }

    int lost() {
        return runs.stream()
                .mapToInt(run -> run.sessionsLost() + run.locksLost())
                .sum();
    }

    List<Goal> goals() {
        var goals = new ArrayList<Goal>();
        List<FailOver> killed = runs(true);
        if (!killed.isEmpty()) {
            goals.add(Goal.atMost(KILLED_MEDIAN, "killed: p50, ms", percentile(killed, 50)));
            goals.add(Goal.atMost(KILLED_WORST, "killed: p99, ms", percentile(killed, 99)));
        }
        List<FailOver> stopped = runs(false);
        if (!stopped.isEmpty()) {
            goals.add(Goal.atMost(STOPPED_WORST, "stopped: the longest, ms", percentile(stopped, 100)));
        }
        goals.add(Goal.atMost(0, "sessions and locks lost", lost()));
        return goals;
    }

    String markdown() {
        var table = new Table(
                "the primary was", "runs", "p50 ms", "p90 ms", "p99 ms", "most ms", "sessions lost", "locks lost");
        for (boolean abrupt : List.of(true, false)) {
            List<FailOver> some = runs(abrupt);
            if (!some.isEmpty()) {
                table.row(
                        abrupt ? "killed (SIGKILL)" : "stopped (SIGTERM)",
                        Integer.toString(some.size()),
                        Prose.number("%.0f", percentile(some, 50)),
                        Prose.number("%.0f", percentile(some, 90)),
                        Prose.number("%.0f", percentile(some, 99)),
                        Prose.number("%.0f", percentile(some, 100)),
                        Integer.toString(
                                some.stream().mapToInt(FailOver::sessionsLost).sum()),
                        Integer.toString(
                                some.stream().mapToInt(FailOver::locksLost).sum()));
            }
        }
        return """
            # Fail-over of the lock service

            Three nodes as processes, TLS between them. %d clients take and release locks of their own all the time (%,d pairs), \
            %d sessions hold a lock each from before the first run to after the last. *killed*: from the signal until a client \
            holds a lock that it asked for when the primary was dead. *stopped*: the longest that a client, which asks without \
            pause, has to do without a grant. All by the service's own client, its discovery of the new primary included.

            %s
            ## Goals

            %s
            ## Circumstances

            %s\
            """.formatted(
                        busy,
                        pairs,
                        held,
                        table,
                        Prose.list(goals()),
                        Prose.list(List.of(
                                "%s, commit %s".formatted(at, commit),
                                "%s, %d cores, %d MiB, %s; clients and nodes share them"
                                        .formatted(
                                                machine.processor(),
                                                machine.cores(),
                                                machine.memoryMebibytes(),
                                                machine.system()),
                                "%s; JVMs of the nodes: %s".formatted(machine.jvm(), flags),
                                "a forced write of 8 KiB takes %.2f ms"
                                        .formatted(machine.forcedWrite().toNanos() / 1e6),
                                "load of the machine at the end %.1f".formatted(load))));
    }

    String json() {
        SequencedMap<String, Object> all = Results.figures(at, commit, machine);
        all.put("flags", flags);
        all.put("load", load);
        all.put("busyClients", busy);
        all.put("sessionsThatHold", held);
        all.put("pairs", pairs);
        all.put("goals", goals());
        all.put("runs", runs);
        return Results.json(all);
    }
}
