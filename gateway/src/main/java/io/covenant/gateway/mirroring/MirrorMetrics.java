package io.covenant.gateway.mirroring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What became of the copies of one route.
final class MirrorMetrics {

    /// Why a request was not copied.
    enum Dropped {
        /// As many copies as there may be are on their way.
        FULL,
        /// No instance may get it.
        NOBODY
    }

    /// From 1xx to 5xx; the first is for those that got no answer.
    private static final int CLASSES = 6;

    private final Timer[] answered = new Timer[CLASSES];
    private final Timer late;
    private final Map<Dropped, Counter> dropped = new EnumMap<>(Dropped.class);
    private final AtomicInteger inFlight = new AtomicInteger();

    MirrorMetrics(String route, MeterRegistry registry) {
        for (int code = 0; code < CLASSES; code++) {
            answered[code] = timer(registry, route, code == 0 ? "failed" : code + "xx");
        }
        late = timer(registry, route, "late");
        for (var why : Dropped.values()) {
            dropped.put(
                    why,
                    Counter.builder("covenant.gateway.mirror.dropped")
                            .description("requests that were not copied, though they were meant to be")
                            .tag("route", route)
                            .tag("reason", why.name().toLowerCase(java.util.Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("covenant.gateway.mirror.in.flight", inFlight, AtomicInteger::get)
                .description("copies on their way")
                .tag("route", route)
                .register(registry);
    }

    private static Timer timer(MeterRegistry registry, String route, String outcome) {
        return Timer.builder("covenant.gateway.mirror.copies")
                .description("copies of requests, to the last byte of their answers")
                .tag("route", route)
                .tag("outcome", outcome)
                .register(registry);
    }

    /// Counts one more copy as on its way; who was counted [leaves][#leave].
    boolean enter(int most) {
        if (inFlight.incrementAndGet() > most) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    void dropped(Dropped why) {
        var counter = dropped.get(why);
        if (counter != null) {
            counter.increment();
        }
    }

    void answered(int status, long nanos) {
        int code = status / 100;
        answered[code < CLASSES ? code : 0].record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed(long nanos) {
        answered[0].record(nanos, TimeUnit.NANOSECONDS);
    }

    void late(long nanos) {
        late.record(nanos, TimeUnit.NANOSECONDS);
    }

    Map<String, Object> counts() {
        long whole = 0;
        for (int code = 1; code < CLASSES; code++) {
            whole += answered[code].count();
        }
        return Map.of(
                "inFlight",
                inFlight.get(),
                "answered",
                whole,
                "failed",
                answered[0].count() + late.count(),
                "dropped",
                (long) dropped.values().stream().mapToDouble(Counter::count).sum());
    }
}
