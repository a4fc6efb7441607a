package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.Results;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A [Report] as JSON.
final class Figures {

    private Figures() {}

    static String json(Report report) {
        SequencedMap<String, Object> all = Results.figures(report.at(), report.commit(), report.machine());
        all.put("flags", report.flags());
        all.put("pinned", report.cores().pinned());
        all.put("loadBefore", report.loadBefore());
        all.put("loadAfter", report.loadAfter());
        all.put("rounds", report.options().rounds());
        all.put("secondsOfARound", report.options().time().toMillis() / 1e3);
        all.put("contestants", report.contestants());
        all.put("absent", report.absent());
        all.put("troubles", report.troubles());
        all.put("rows", report.rows().stream().map(Figures::row).toList());
        all.put("memory", report.memories());
        all.put("starts", report.startUps().stream().map(Figures::startUp).toList());
        all.put("goals", Goals.of(report.rows()));
        all.put("turns", report.turns().stream().map(Figures::turn).toList());
        return Results.json(all);
    }

    private static SequencedMap<String, Object> row(Row row) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("workload", row.workload().toString());
        figures.put("contestant", row.contestant());
        figures.put("cpuMicros", row.cpuMicros());
        figures.put("perSecond", row.perSecond());
        figures.put("p50Millis", row.latencyMillis(50));
        figures.put("p99Millis", row.latencyMillis(99));
        figures.put("failed", row.bad());
        figures.put("loadCpuMicros", row.loadCpuMicros());
        return figures;
    }

    private static SequencedMap<String, Object> startUp(StartUp start) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("contestant", start.contestant());
        figures.put("seconds", start.time().toMillis() / 1e3);
        figures.put("cpuSeconds", start.cpu().toMillis() / 1e3);
        figures.put("cacheMebibytes", start.cacheMebibytes());
        return figures;
    }

    private static SequencedMap<String, Object> turn(Turn turn) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("workload", turn.workload().toString());
        figures.put("contestant", turn.contestant());
        figures.put("round", turn.round());
        figures.put("good", turn.answers().good());
        figures.put("bad", turn.answers().bad());
        figures.put("seconds", turn.answers().elapsed().toNanos() / 1e9);
        figures.put("cpuMicros", turn.cpuMicros());
        figures.put("p50Millis", turn.answers().latencyMillis(50));
        figures.put("p99Millis", turn.answers().latencyMillis(99));
        figures.put("p999Millis", turn.answers().latencyMillis(99.9));
        figures.put("loadCpuMicros", turn.loadCpuMicros());
        return figures;
    }
}
