package io.covenant.locks.spring;

import io.covenant.locks.client.LockClient;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Whether locks can be relied upon: in jeopardy this instance should get no new work.
final class LocksHealthIndicator extends AbstractHealthIndicator {

    private final LockClient client;

    LocksHealthIndicator(LockClient client) {
        this.client = client;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var state = client.state();
        switch (state) {
            case SAFE -> health.up();
            case JEOPARDY -> health.outOfService();
            case OPENING -> health.unknown();
            case EXPIRED, CLOSED -> health.down();
        }
        health.withDetail("session", client.session())
                .withDetail("state", state)
                .withDetail("remainingMillis", client.remaining().toMillis())
                .withDetail("held", client.held().size());
    }
}
