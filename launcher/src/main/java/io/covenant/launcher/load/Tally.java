package io.covenant.launcher.load;

import io.covenant.launcher.client.Resolution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts what happens during a load; for many threads.
final class Tally {

    private static final int WRONG_KEPT = 1000;

    private int placed;
    private int confirmed;
    private int cancelled;
    private final SortedMap<String, Integer> refused = new TreeMap<>();
    private int unknown;
    private Duration longestUnknown = Duration.ZERO;
    private int unresolved;
    private int repeated;
    private int replayed;
    private final List<String> wrong = new ArrayList<>();
    private final List<Long> latencies = new ArrayList<>();

    synchronized void sent(Resolution resolution, long nanos) {
        repeated += resolution.requests() - 1;
        if (resolution.requests() == 1) {
            latencies.add(nanos);
        }
        resolution.unknownFor().ifPresent(time -> {
            unknown++;
            longestUnknown = time.compareTo(longestUnknown) > 0 ? time : longestUnknown;
        });
        if (!resolution.isKnown()) {
            unresolved++;
        }
    }

    synchronized void placed() {
        placed++;
    }

    synchronized void confirmed() {
        confirmed++;
    }

    synchronized void cancelled() {
        cancelled++;
    }

    synchronized void refused(String code) {
        refused.merge(code, 1, Integer::sum);
    }

    synchronized void replayed() {
        replayed++;
    }

    synchronized void wrong(String what) {
        if (wrong.size() < WRONG_KEPT) {
            wrong.add(what);
        }
    }

    synchronized String line() {
        return "%d placed, %d confirmed, %d refused, %d wrong"
                .formatted(
                        placed,
                        confirmed,
                        refused.values().stream().mapToInt(Integer::intValue).sum(),
                        wrong.size());
    }

    synchronized LoadReport report(Duration took) {
        return new LoadReport(
                placed,
                confirmed,
                cancelled,
                new TreeMap<>(refused),
                unknown,
                longestUnknown,
                unresolved,
                repeated,
                replayed,
                wrong,
                took,
                latencies.stream().sorted().toList());
    }
}
