package io.covenant.gateway.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/// How many requests are in the gateway at once: beyond the bound, more are turned away at the door, before they cost
/// anything. Those who watch and those who operate always come in.
@Component
final class Room {

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();
    private final Counter shed;
    private final Problem full = Problem.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "gateway-overloaded",
                    "The gateway has as many requests as it takes at once; this one was not looked at.")
            .passing();

    Room(EdgeProperties bounds, MeterRegistry registry) {
        this.most = bounds.mostInFlight();
        this.shed = Counter.builder("covenant.gateway.shed")
                .description("requests turned away because the gateway was full")
                .register(registry);
        Gauge.builder("covenant.gateway.in.flight", taken, AtomicInteger::get)
                .description("requests in the gateway, from their head to the last byte of their answer")
                .register(registry);
    }

    /// Takes one more; who was taken [leaves][#leave].
    boolean enter(String path) {
        if (taken.incrementAndGet() > most && !isAlwaysTaken(path)) {
            taken.decrementAndGet();
            shed.increment();
            return false;
        }
        return true;
    }

    void leave() {
        taken.decrementAndGet();
    }

    private static boolean isAlwaysTaken(String path) {
        return path.startsWith("/actuator/") || path.startsWith("/admin/");
    }

    /// What whoever is turned away is told.
    Problem full() {
        return full;
    }
}
