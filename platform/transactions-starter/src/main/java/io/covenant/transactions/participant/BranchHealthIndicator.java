package io.covenant.transactions.participant;

import java.time.Duration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Whether branches can be prepared, and none waits too long for its decision.
final class BranchHealthIndicator extends AbstractHealthIndicator {

    private final ParticipantLife life;
    private final BranchMetrics metrics;
    private final Duration maxPreparedAge;

    BranchHealthIndicator(ParticipantLife life, BranchMetrics metrics, Duration maxPreparedAge) {
        this.life = life;
        this.metrics = metrics;
        this.maxPreparedAge = maxPreparedAge;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var oldest = metrics.oldest();
        health.status(life.rehearsed() && oldest.compareTo(maxPreparedAge) <= 0 ? "UP" : "DOWN")
                .withDetail("rehearsed", life.rehearsed())
                .withDetail("prepared", metrics.held())
                .withDetail("oldestMillis", oldest.toMillis())
                .withDetail("hazards", metrics.hazards());
    }
}
