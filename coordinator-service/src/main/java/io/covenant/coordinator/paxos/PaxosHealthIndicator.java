package io.covenant.coordinator.paxos;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Whether this coordinator takes part as an acceptor.
final class PaxosHealthIndicator extends AbstractHealthIndicator {

    private final PaxosParts parts;
    private final Admission admission;
    private final Leaders leaders;

    PaxosHealthIndicator(PaxosParts parts, Admission admission, Leaders leaders) {
        this.parts = parts;
        this.admission = admission;
        this.leaders = leaders;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var standing = admission.standing();
        health.status(standing == Admission.Standing.ADMITTED ? "UP" : "DOWN")
                .withDetail("acceptor", standing)
                .withDetail("unfinished", parts.acceptor().unfinished())
                .withDetail("remembered", parts.acceptor().size())
                .withDetail("hazards", leaders.hazards());
        if (!admission.advice().isEmpty()) {
            health.withDetail("advice", admission.advice());
        }
    }
}
