package io.covenant.locks.operation;

import io.covenant.locks.node.LockNode;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/// Whether this node knows a primary and has what the others have: only then is it worth asking.
@Component("lockNodeHealthIndicator")
final class LockNodeHealthIndicator extends AbstractHealthIndicator {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long MAY_LACK = 1_000;

    private final LockNode node;

    LockNodeHealthIndicator(LockNode node) {
        super("The node does not answer");
        this.node = node;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws InterruptedException {
        var leader = node.leader();
        if (node.isFailed()) {
            health.down();
        } else if (node.isDrained()) {
            health.outOfService();
        } else if (leader.isEmpty()) {
            health.outOfService().withDetail("leader", "none");
        } else {
            compare(health, leader.get());
        }
    }

    private void compare(Health.Builder health, String leader) throws InterruptedException {
        try {
            var status = node.status().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            long lacks = status.raft().commitIndex() - status.appliedIndex();
            (lacks <= MAY_LACK ? health.up() : health.outOfService())
                    .withDetail("leader", leader)
                    .withDetail("lacks", lacks);
        } catch (ExecutionException | TimeoutException | CancellationException silent) {
            health.down();
        }
    }
}
