package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.CpuTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What several processes have used up of one thing, by the name of the process.
record Counters(SequencedMap<String, Double> values) {

    /// This process: it makes the load, and does all the work of the contestants within it.
    static final String SELF = "benchmark";

    Counters {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// The server of whichever coordinator the contestant has.
    static final String COORDINATOR = "coordinator";

    /// Logs that a contestant keeps outside of the databases.
    static final String OWN_LOGS = "own logs";

    /// How often each server, and the contestant itself, has waited so far until a log was on disk.
    static Counters forcedWrites(Databases databases, Contestant contestant) throws Exception {
        var values = new LinkedHashMap<String, Double>();
        for (Map.Entry<String, Database> server : servers(databases, contestant).entrySet()) {
            values.put(server.getKey(), (double) server.getValue().forcedWrites());
        }
        values.put(OWN_LOGS, (double) contestant.forcedLogs());
        return new Counters(values);
    }

    /// How many milliseconds of CPU time each process has used so far.
    static Counters cpuMillis(Databases databases, Contestant contestant) {
        var values = new LinkedHashMap<String, Double>();
        values.put(SELF, CpuTime.of(ProcessHandle.current()).toNanos() / 1e6);
        contestant
                .processes()
                .forEach((name, process) -> values.put(name, CpuTime.of(process).toNanos() / 1e6));
        servers(databases, contestant)
                .forEach((name, server) ->
                        values.put("postgres " + name, server.cpuTime().toNanos() / 1e6));
        return new Counters(values);
    }

    private static SequencedMap<String, Database> servers(Databases databases, Contestant contestant) {
        var servers = new LinkedHashMap<String, Database>();
        servers.put("orders", databases.orders());
        servers.put("inventory", databases.inventory());
        servers.put(COORDINATOR, contestant.coordinator(databases));
        return servers;
    }

    /// What was used since an earlier reading.
    Counters since(Counters earlier) {
        var used = new LinkedHashMap<String, Double>();
        values.forEach((name, value) -> used.put(name, value - earlier.of(name)));
        return new Counters(used);
    }

    /// What was used altogether, here and there.
    Counters plus(Counters other) {
        var sum = new LinkedHashMap<>(values);
        other.values.forEach((name, value) -> sum.merge(name, value, Double::sum));
        return new Counters(sum);
    }

    /// What one of several pieces of work has used of it.
    Counters per(long pieces) {
        var share = new LinkedHashMap<String, Double>();
        values.forEach((name, value) -> share.put(name, value / pieces));
        return new Counters(share);
    }

    double of(String name) {
        return values.getOrDefault(name, 0.0);
    }

    double sum() {
        return values.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
