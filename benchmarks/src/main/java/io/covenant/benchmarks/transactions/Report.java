package io.covenant.benchmarks.transactions;

import static io.covenant.benchmarks.measure.Prose.list;
import static io.covenant.benchmarks.measure.Prose.number;
import static io.covenant.benchmarks.measure.Prose.spread;

import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Table;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All that was measured, for people as Markdown; [Figures] has the same for programs.
///
/// @param at when it began
/// @param commit of the sources, with a mark when they differ from it
/// @param postgres the version of the servers
/// @param settings of all of them
/// @param entrants in the order of the first round
/// @param absent who should have been among them, and why they were not
/// @param loadBefore how many processes wanted a core when it began
/// @param loadAfter and when it ended
record Report(
        Instant at,
        Machine machine,
        String commit,
        String postgres,
        SortedMap<String, String> settings,
        Options options,
        List<Entrant> entrants,
        List<String> absent,
        double loadBefore,
        double loadAfter,
        List<Turn> turns,
        List<Turn> refusals) {

    private static final List<String> SERVERS = List.of("orders", "inventory", Counters.COORDINATOR, Counters.OWN_LOGS);

    /// A contestant, for the reader.
    record Entrant(String name, String description, Durability durability) {

        @Override
        public String toString() {
            return "**%s** (%s): %s".formatted(name, durability, description);
        }

        static List<Entrant> all(List<Contestant> contestants) {
            return contestants.stream()
                    .map(each -> new Entrant(each.name(), each.description(), each.durability()))
                    .toList();
        }
    }

    private String reference() {
        return entrants.getFirst().name();
    }

    /// One for each contestant at each concurrency, in the order in which they were first measured.
    List<Row> rows() {
        String reference = reference();
        return options.concurrency().stream()
                .flatMap(concurrency -> entrants.stream()
                        .map(entrant -> Row.of(turns(entrant.name(), concurrency), turns(reference, concurrency))))
                .toList();
    }

    /// What was wrong in the books, with the place; with any of them there are no rows, as figures of what does not do
    /// its work say nothing.
    List<String> violations() {
        return Stream.concat(turns.stream(), refusals.stream())
                .flatMap(turn -> turn.violations().stream()
                        .map(violation -> "%s, c=%d, round %d: %s"
                                .formatted(turn.contestant(), turn.concurrency(), turn.round() + 1, violation)))
                .toList();
    }

    String markdown() {
        if (!violations().isEmpty()) {
            return "# Wrong, hence without figures\n\n" + list(violations());
        }
        List<Row> rows = rows();
        return """
            # Orders across two databases

            %s
            Every figure is the median of %d rounds of %.1f s in which the contestants took turns, the least and the most \
            in parentheses. *of %s* compares within each round. After every turn the books of all three databases agreed \
            with what the clients had been told.

            %s
            %s
            ## Forced writes of an order that is refused

            %s
            ## CPU milliseconds per committed order

            %s
            ## Goals

            %s
            ## Circumstances

            %s\
            """.formatted(
                        list(Stream.concat(entrants.stream().map(Entrant::toString), absent.stream())
                                .toList()),
                        options.rounds(),
                        options.time().toMillis() / 1e3,
                        reference(),
                        figures(rows),
                        """
                        Latency is what the client waits: until both branches show the order. Forced writes are the times \
                        per committed order that a server waited for its disk (`pg_stat_wal.wal_sync`), or a contestant for a log of its own.
                        """,
                        refused(),
                        cpu(rows),
                        list(Goals.of(rows, refusals)),
                        list(circumstances()));
    }

    private String figures(List<Row> rows) {
        var table = new Table(
                "contestant",
                "class",
                "at once",
                "orders/s",
                "of " + reference(),
                "p50 ms",
                "p99 ms",
                "forced: orders",
                "inventory",
                "coordinator",
                "own logs",
                "sum");
        for (Row row : rows) {
            table.row(
                    row.contestant(),
                    durability(row.contestant()).letter(),
                    Integer.toString(row.concurrency()),
                    spread("%.0f", row.throughput()),
                    spread("%.0f", row.toReference().times(100)) + " %",
                    number("%.1f", row.latencyMillis(50)),
                    number("%.1f", row.latencyMillis(99)),
                    number("%.2f", row.forcedWrites().of(SERVERS.get(0))),
                    number("%.2f", row.forcedWrites().of(SERVERS.get(1))),
                    number("%.2f", row.forcedWrites().of(SERVERS.get(2))),
                    number("%.2f", row.forcedWrites().of(SERVERS.get(3))),
                    number("%.2f", row.forcedWrites().sum()));
        }
        return table.toString();
    }

    private Durability durability(String contestant) {
        return entrants.stream()
                .filter(entrant -> entrant.name().equals(contestant))
                .findFirst()
                .orElseThrow()
                .durability();
    }

    private String refused() {
        var table = new Table("contestant", "orders", "inventory", "coordinator", "own logs");
        for (Turn turn : refusals) {
            Counters each = turn.forcedWrites().per(turn.refused());
            table.row(
                    turn.contestant(),
                    number("%.2f", each.of(SERVERS.get(0))),
                    number("%.2f", each.of(SERVERS.get(1))),
                    number("%.2f", each.of(SERVERS.get(2))),
                    number("%.2f", each.of(SERVERS.get(3))));
        }
        return table.toString();
    }

    private static String cpu(List<Row> rows) {
        SequencedSet<String> processes = rows.stream()
                .flatMap(row -> row.cpuMillis().values().keySet().stream())
                .sorted((one, other) -> Boolean.compare(one.startsWith("postgres"), other.startsWith("postgres")))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        var table = new Table(Stream.of(
                        Stream.of("contestant", "at once"),
                        processes.stream(),
                        Stream.of("sum", "cores busy", "others meanwhile"))
                .flatMap(titles -> titles)
                .toArray(String[]::new));
        for (Row row : rows) {
            table.row(Stream.of(
                            Stream.of(row.contestant(), Integer.toString(row.concurrency())),
                            processes.stream().map(process -> millis(row, process)),
                            Stream.of(
                                    number("%.2f", row.cpuMillis().sum()),
                                    number("%.1f", row.busyCores()),
                                    number("%.1f", row.coresOfOthers())))
                    .flatMap(cells -> cells)
                    .toArray(String[]::new));
        }
        return table.toString();
    }

    private static String millis(Row row, String process) {
        return row.cpuMillis().values().containsKey(process)
                ? number("%.2f", row.cpuMillis().of(process))
                : "";
    }

    private List<String> circumstances() {
        return List.of(
                "%s, commit %s".formatted(at, commit),
                "%s, %d cores, %d MiB, %s"
                        .formatted(machine.processor(), machine.cores(), machine.memoryMebibytes(), machine.system()),
                "%s; this process: %s".formatted(machine.jvm(), String.join(" ", machine.jvmArguments())),
                "a forced write of 8 KiB takes %.2f ms"
                        .formatted(machine.forcedWrite().toNanos() / 1e6),
                "load of the machine %.1f before, %.1f after (the contestants included)"
                        .formatted(loadBefore, loadAfter),
                "PostgreSQL %s, a server for each database, each with %s"
                        .formatted(
                                postgres,
                                settings.entrySet().stream()
                                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                                        .collect(Collectors.joining(", "))),
                "%d customers and articles, %d %% of the orders out of stock, %d connections in every pool"
                        .formatted(options.keys(), options.soldOutPercent(), options.connections()));
    }

    private List<Turn> turns(String contestant, int concurrency) {
        return turns.stream()
                .filter(turn -> turn.contestant().equals(contestant) && turn.concurrency() == concurrency)
                .toList();
    }
}
