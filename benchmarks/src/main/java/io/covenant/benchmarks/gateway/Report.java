package io.covenant.benchmarks.gateway;

import static io.covenant.benchmarks.measure.Prose.list;
import static io.covenant.benchmarks.measure.Prose.number;
import static io.covenant.benchmarks.measure.Prose.spread;

import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Table;
import java.time.Instant;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// A whole measurement.
///
/// @param contestants what each of those measured is
/// @param absent why others were not
/// @param flags of the JVMs of the proxies
record Report(
        Instant at,
        Machine machine,
        String commit,
        Options options,
        SequencedMap<String, String> contestants,
        List<String> absent,
        List<String> flags,
        Cores cores,
        double loadBefore,
        double loadAfter,
        List<Turn> turns,
        List<Memory> memories,
        List<StartUp> startUps) {

    List<String> troubles() {
        return turns.stream().flatMap(turn -> turn.trouble().stream()).toList();
    }

    List<Row> rows() {
        return Stream.concat(options.closed().stream(), options.open().stream())
                .flatMap(workload -> contestants.keySet().stream()
                        .map(contestant -> turns(contestant, workload))
                        .filter(turns -> !turns.isEmpty())
                        .map(turns -> new Row(turns.getFirst().contestant(), workload, turns)))
                .toList();
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
                # The gateway beside other proxies

                %s
                A GET of 128 bytes of JSON with a token of %s, over connections that stay open, to two backends in turn. \
                Every figure is the median of %d rounds of %.1f s in which the contestants took turns, the least and the most in \
                parentheses. *c*: so many requests at once, always. *%%*: this part of what the proxy reached with %s, by a \
                schedule that does not wait for answers; its latencies count from when a request was meant to go out. \
                *of stock's*: the same rate for all. CPU is the proxy's, user and system; the load's is that of generator and \
                backends together.

                %s
                ## Memory

                %s
                ## Start

                %s
                ## Goals

                %s
                ## Circumstances

                %s""".formatted(
                list(contestants.entrySet().stream()
                                .map(contestant -> "**%s**: %s".formatted(contestant.getKey(), contestant.getValue()))
                                .toList())
                        + list(absent),
                "some 700 bytes",
                options.rounds(),
                options.time().toMillis() / 1e3,
                Measurement.CAPACITY,
                figures(rows),
                memories.isEmpty() ? "Not measured.\n" : memoryTable(),
                startUps.isEmpty() ? "Not measured.\n" : startTable(),
                list(Goals.of(rows)),
                list(circumstances()) + list(troubles()));
    }

    private static String figures(List<Row> rows) {
        var table = new Table(
                "workload",
                "contestant",
                "CPU us per request",
                "requests/s",
                "p50 ms",
                "p99 ms",
                "failed",
                "load's CPU us");
        for (Row row : rows) {
            table.row(
                    row.workload().toString(),
                    row.contestant(),
                    row.contestant().equals(Recipe.Direct.NAME) ? "" : spread("%.1f", row.cpuMicros()),
                    spread("%.0f", row.perSecond()),
                    spread("%.2f", row.latencyMillis(50)),
                    spread("%.2f", row.latencyMillis(99)),
                    Long.toString(row.bad()),
                    number("%.1f", row.loadCpuMicros().median()));
        }
        return table.toString();
    }

    private String memoryTable() {
        var table =
                new Table("contestant", "resident MiB after all rounds", "and with connections open", "connections");
        for (Memory each : memories) {
            table.row(
                    each.contestant(),
                    number("%.0f", each.beforeKibibytes() / 1_024.0),
                    number("%.0f", each.withKibibytes() / 1_024.0),
                    Integer.toString(each.connections()));
        }
        return table.toString();
    }

    private String startTable() {
        var table = new Table("contestant", "AOT cache MiB", "s to the first answer", "s of CPU until then");
        for (StartUp each : startUps) {
            table.row(
                    each.contestant(),
                    each.cacheMebibytes() == 0 ? "none" : Long.toString(each.cacheMebibytes()),
                    number("%.2f", each.time().toMillis() / 1e3),
                    number("%.2f", each.cpu().toMillis() / 1e3));
        }
        return table.toString();
    }

    private List<String> circumstances() {
        return List.of(
                "%s, commit %s".formatted(at, commit),
                "%s, %d cores, %d MiB, %s; %s"
                        .formatted(
                                machine.processor(),
                                machine.cores(),
                                machine.memoryMebibytes(),
                                machine.system(),
                                cores),
                "%s; JVMs of proxies: %s".formatted(machine.jvm(), String.join(" ", flags)),
                number("load of the machine %.1f before, ", loadBefore)
                        + number("%.1f after (the measurement included)", loadAfter));
    }
}
