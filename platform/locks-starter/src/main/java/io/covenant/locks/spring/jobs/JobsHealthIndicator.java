package io.covenant.locks.spring.jobs;

import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Which jobs this instance does; unknown while nobody can be elected.
final class JobsHealthIndicator extends AbstractHealthIndicator {

    private final Leaderships leaderships;

    JobsHealthIndicator(Leaderships leaderships) {
        this.leaderships = leaderships;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var standings = new TreeMap<String, Standing>();
        leaderships.all().forEach(leadership -> standings.put(leadership.job(), leadership.standing()));
        if (standings.containsValue(Standing.UNKNOWN)) {
            health.unknown();
        } else {
            health.up();
        }
        standings.forEach(health::withDetail);
    }
}
