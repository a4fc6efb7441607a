package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Results;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A [Report] as JSON.
final class Figures {

    private Figures() {}

    static String json(Report report) {
        SequencedMap<String, Object> all = Results.figures(report.at(), report.commit(), report.machine());
        all.put("loadBefore", report.loadBefore());
        all.put("loadAfter", report.loadAfter());
        all.put("postgres", report.postgres());
        all.put("settings", report.settings());
        all.put("options", report.options());
        all.put("contestants", report.entrants());
        all.put("absent", report.absent());
        all.put("violations", report.violations());
        if (report.violations().isEmpty()) {
            all.put("rows", report.rows().stream().map(Figures::row).toList());
        }
        all.put("turns", turns(report.turns()));
        all.put("refusals", turns(report.refusals()));
        return Results.json(all);
    }

    private static SequencedMap<String, Object> row(Row row) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("contestant", row.contestant());
        figures.put("concurrency", row.concurrency());
        figures.put("committed", row.committed());
        figures.put("refused", row.refused());
        figures.put("ordersPerSecond", row.throughput());
        figures.put("toReference", row.toReference());
        figures.put("p50Millis", row.latencyMillis(50));
        figures.put("p99Millis", row.latencyMillis(99));
        figures.put("forcedWritesPerOrder", row.forcedWrites().values());
        figures.put("cpuMillisPerOrder", row.cpuMillis().values());
        figures.put("busyCores", row.busyCores());
        figures.put("coresOfOthers", row.coresOfOthers());
        return figures;
    }

    private static List<Map<String, Object>> turns(List<Turn> turns) {
        return turns.stream().<Map<String, Object>>map(Figures::turn).toList();
    }

    private static SequencedMap<String, Object> turn(Turn turn) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("contestant", turn.contestant());
        figures.put("concurrency", turn.concurrency());
        figures.put("round", turn.round());
        figures.put("committed", turn.load().committed());
        figures.put("refused", turn.load().refused());
        figures.put("seconds", turn.load().elapsed().toNanos() / 1e9);
        figures.put("ordersPerSecond", turn.load().throughput());
        figures.put("p50Millis", turn.load().latencies().getValueAtPercentile(50) / 1e3);
        figures.put("p99Millis", turn.load().latencies().getValueAtPercentile(99) / 1e3);
        figures.put("cpuMillis", turn.cpuMillis().values());
        figures.put("cpuMillisOfOthers", turn.cpuMillisOfOthers());
        figures.put("forcedWrites", turn.forcedWrites().values());
        figures.put("forcedWritesCountedOver", turn.committed() + turn.refused());
        return figures;
    }
}
