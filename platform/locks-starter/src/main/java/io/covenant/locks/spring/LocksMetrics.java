package io.covenant.locks.spring;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockClientListener;
import io.covenant.locks.client.SessionChange;
import io.covenant.locks.session.SessionState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/// What the client does, in figures: `covenant.locks.*`.
final class LocksMetrics implements LockClientListener {

    private final MeterRegistry registry;

    LocksMetrics(MeterRegistry registry, LockClient client) {
        this.registry = registry;
        Gauge.builder("covenant.locks.held", client, locks -> locks.held().size())
                .description("Locks that this instance holds")
                .register(registry);
        Gauge.builder("covenant.locks.lease", client, locks -> locks.remaining().toMillis() / 1000.0)
                .description("For how long the session lives without hearing of the service")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("covenant.locks.safe", client, locks -> locks.state() == SessionState.SAFE ? 1 : 0)
                .description("Whether locks can be relied upon")
                .register(registry);
    }

    @Override
    public void sessionChanged(SessionChange change) {
        registry.counter("covenant.locks.session", "state", change.to().name().toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void lockLost(LeasedLock lock, String why) {
        registry.counter("covenant.locks.lost").increment();
    }

    @Override
    public void settled(String operation, String outcome, Duration took) {
        Timer.builder("covenant.locks.requests")
                .tag("operation", operation)
                .tag("outcome", outcome)
                .register(registry)
                .record(took);
    }
}
