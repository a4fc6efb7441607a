package io.covenant.gateway.limits;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/// Whether this gateway counts together with all others at the moment, or alone.
final class RateStanding implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(RateStanding.class);

    private static final Status ALONE = new Status("ALONE", "each gateway counts for itself");

    private final Duration patience;
    private final InstantSource clock;
    private volatile @Nullable Instant awaySince;
    private boolean told;

    RateStanding(Duration patience, InstantSource clock, MeterRegistry meters) {
        this.patience = patience;
        this.clock = clock;
        this.awaySince = clock.instant(); // until it was there once
        Gauge.builder("covenant.gateway.rate.away", this, standing -> standing.isTogether() ? 0 : 1)
                .description("1 while this gateway counts alone, though rates are shared")
                .register(meters);
    }

    boolean isTogether() {
        return awaySince == null;
    }

    /// Since when this gateway counts alone.
    @Nullable
    Instant awaySince() {
        return awaySince;
    }

    synchronized void lost(Throwable why) {
        if (awaySince == null) {
            awaySince = clock.instant();
        }
        if (!told) {
            told = true;
            log.warn(
                    "rates cannot be counted together; until they can, this gateway counts alone, by the same limits: {}",
                    why instanceof TimeoutException ? "no answer within " + patience : why.getMessage());
        }
    }

    synchronized void found() {
        awaySince = null;
        told = false;
        log.info("rates are counted together with all gateways of this database");
    }

    /// Up as ever where gateways count alone: they serve, and nobody passes without a limit.
    @Override
    public Health health() {
        var since = awaySince;
        return since == null
                ? Health.up().build()
                : Health.status(ALONE).withDetail("awaySince", since).build();
    }
}
