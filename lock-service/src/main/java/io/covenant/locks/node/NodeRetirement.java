package io.covenant.locks.node;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/// Hands the leadership over, then ends streams, before the server stops taking requests: what comes meanwhile
/// is sent on to the next primary.
final class NodeRetirement implements SmartLifecycle {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final LockNode node;
    private volatile boolean running;

    NodeRetirement(LockNode node) {
        this.node = node;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        try {
            node.retire(PATIENCE);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
