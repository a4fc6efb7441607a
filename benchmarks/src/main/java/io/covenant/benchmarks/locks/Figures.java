package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Results;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A [Report] as JSON.
final class Figures {

    private Figures() {}

    static String json(Report report) {
        SequencedMap<String, Object> all = Results.figures(report.at(), report.commit(), report.machine());
        all.put("flags", report.flags());
        all.put("loadBefore", report.loadBefore());
        all.put("loadAfter", report.loadAfter());
        all.put("rounds", report.options().rounds());
        all.put("secondsOfARound", report.options().time().toMillis() / 1e3);
        all.put("contestants", report.contestants());
        all.put("absent", report.absent());
        all.put("violations", report.violations());
        all.put("troubles", report.troubles());
        all.put("rows", report.rows().stream().map(Figures::row).toList());
        all.put("idle", report.idle().stream().map(Figures::idle).toList());
        all.put("goals", Goals.of(report.rows()));
        all.put("turns", report.turns().stream().map(Figures::turn).toList());
        return Results.json(all);
    }

    private static SequencedMap<String, Object> row(Row row) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("workload", row.workload().toString());
        figures.put("contestant", row.contestant());
        figures.put("pairsPerSecond", row.perSecond());
        figures.put("p50Millis", row.latencyMillis(50));
        figures.put("p99Millis", row.latencyMillis(99));
        figures.put("fairness", row.fairness());
        figures.put("serverCpuSecondsPerThousand", row.serverCpu());
        figures.put("clientCpuSecondsPerThousand", row.clientCpu());
        return figures;
    }

    private static SequencedMap<String, Object> idle(Idle idle) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("contestant", idle.contestant());
        figures.put("sessions", idle.sessions());
        figures.put("serverCpuMillisPerSecond", idle.cpuPerSecond().toNanos() / 1e6);
        figures.put(
                "serverCpuMillisPerSecondWithout", idle.cpuPerSecondWithout().toNanos() / 1e6);
        figures.put("memoryKibibytes", idle.memoryKibibytes());
        figures.put("pairsPerSecond", idle.pairsPerSecond());
        figures.put("pairsPerSecondWithout", idle.pairsPerSecondWithout());
        return figures;
    }

    private static SequencedMap<String, Object> turn(Turn turn) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("workload", turn.workload().toString());
        figures.put("contestant", turn.contestant());
        figures.put("round", turn.round());
        figures.put("pairs", turn.pairs().counts());
        figures.put("failed", turn.pairs().failed());
        figures.put("intrusions", turn.pairs().intrusions());
        figures.put("seconds", turn.pairs().elapsed().toNanos() / 1e9);
        figures.put("p50Millis", turn.pairs().latencies().getValueAtPercentile(50) / 1e3);
        figures.put("p99Millis", turn.pairs().latencies().getValueAtPercentile(99) / 1e3);
        figures.put("serverCpuMillis", turn.serverCpu().toMillis());
        figures.put("clientCpuMillis", turn.clientCpu().toMillis());
        return figures;
    }
}
