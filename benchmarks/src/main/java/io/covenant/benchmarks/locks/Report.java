package io.covenant.benchmarks.locks;

import static io.covenant.benchmarks.measure.Prose.list;
import static io.covenant.benchmarks.measure.Prose.number;
import static io.covenant.benchmarks.measure.Prose.spread;

import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Table;
import java.time.Instant;
import java.util.List;
import java.util.SequencedMap;

/// All that was measured, for people as Markdown; [Figures] has the same for programs.
///
/// @param commit of the sources, with a mark when they differ from it
/// @param contestants who they are, by name
/// @param absent why others are not among them
/// @param flags of the nodes' JVMs
record Report(
        Instant at,
        Machine machine,
        String commit,
        Options options,
        SequencedMap<String, Contestant> contestants,
        List<String> absent,
        String flags,
        double loadBefore,
        double loadAfter,
        List<Turn> turns,
        List<Idle> idle) {

    /// @param description what it is
    record Contestant(String description, Durability durability) {}

    List<String> violations() {
        return turns.stream().flatMap(turn -> turn.violation().stream()).toList();
    }

    List<String> troubles() {
        return turns.stream().flatMap(turn -> turn.trouble().stream()).toList();
    }

    /// Of those whose locks did what locks do; what does not has no figures.
    List<Row> rows() {
        return options.workloads().stream()
                .flatMap(workload -> contestants.keySet().stream()
                        .filter(this::isRight)
                        .map(contestant -> turns(contestant, workload))
                        .filter(turns -> !turns.isEmpty())
                        .map(turns -> new Row(turns.getFirst().contestant(), workload, turns)))
                .toList();
    }

    private boolean isRight(String contestant) {
        return turns.stream()
                .filter(turn -> turn.contestant().equals(contestant))
                .allMatch(turn -> turn.violation().isEmpty());
    }

    private List<Turn> turns(String contestant, Workload workload) {
        return turns.stream()
                .filter(turn ->
                        turn.contestant().equals(contestant) && turn.workload().equals(workload))
                .toList();
    }

    String markdown() {
        List<Row> rows = rows();
        return """
            # Locks

            %s
            A pair is acquire, look whether one is alone, release. Every figure is the median of %d rounds of %.1f s in which \
            the contestants took turns, the least and the most in parentheses; latencies are of all rounds together. *own*: each \
            client has a lock of its own; *hot*: all want one; *shared*: eight locks, nine of ten acquisitions shared. Fairness \
            is the pairs of the client that got the least, as a part of those of the one that got the most. %s

            %s
            ## Sessions that do nothing

            %s
            ## Goals

            %s
            ## Circumstances

            %s\
            """.formatted(
                        list(contestants.entrySet().stream()
                                        .map(contestant -> "**%s** (%s): %s"
                                                .formatted(
                                                        contestant.getKey(),
                                                        contestant.getValue().durability(),
                                                        contestant.getValue().description()))
                                        .toList())
                                + list(absent),
                        options.rounds(),
                        options.time().toMillis() / 1e3,
                        violations().isEmpty()
                                ? "No two were ever inside that must not be."
                                : "**WRONG, hence without figures:** " + String.join("; ", violations()),
                        figures(rows),
                        idle.isEmpty() ? "Not measured.\n" : idleTable(),
                        list(Goals.of(rows)),
                        list(circumstances()) + list(troubles()));
    }

    private String figures(List<Row> rows) {
        var table = new Table(
                "workload",
                "contestant",
                "pairs/s",
                "p50 ms",
                "p99 ms",
                "fairness",
                "CPU s per 1,000 pairs: servers",
                "clients");
        for (Row row : rows) {
            table.row(
                    row.workload().toString(),
                    row.contestant(),
                    spread("%.0f", row.perSecond()),
                    number("%.2f", row.latencyMillis(50)),
                    number("%.1f", row.latencyMillis(99)),
                    row.workload().clients() == 1
                            ? ""
                            : number("%.2f", row.fairness().median()),
                    number("%.2f", row.serverCpu()),
                    number("%.2f", row.clientCpu()));
        }
        return table.toString();
    }

    private String idleTable() {
        var table = new Table(
                "contestant",
                "sessions",
                "CPU ms per second: servers",
                "without",
                "memory MiB, added",
                "pairs/s of 16 clients beside",
                "without");
        for (Idle each : idle) {
            table.row(
                    each.contestant(),
                    Integer.toString(each.sessions()),
                    number("%.0f", each.cpuPerSecond().toNanos() / 1e6),
                    number("%.0f", each.cpuPerSecondWithout().toNanos() / 1e6),
                    number("%.0f", each.memoryKibibytes() / 1_024.0),
                    number("%.0f", each.pairsPerSecond()),
                    number("%.0f", each.pairsPerSecondWithout()));
        }
        return table.toString();
    }

    private List<String> circumstances() {
        return List.of(
                "%s, commit %s".formatted(at, commit),
                "%s, %d cores, %d MiB, %s; clients and servers share them"
                        .formatted(machine.processor(), machine.cores(), machine.memoryMebibytes(), machine.system()),
                "%s; this process: %s; JVMs of servers: %s"
                        .formatted(machine.jvm(), String.join(" ", machine.jvmArguments()), flags),
                "a forced write of 8 KiB takes %.2f ms"
                        .formatted(machine.forcedWrite().toNanos() / 1e6),
                "load of the machine %.1f before, %.1f after (the contestants included)"
                        .formatted(loadBefore, loadAfter),
                "sessions and leases last %d s".formatted(LocksBenchmark.TTL.toSeconds()));
    }
}
