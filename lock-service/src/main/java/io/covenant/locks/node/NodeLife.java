package io.covenant.locks.node;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Starts the replica before the server takes requests, and closes it after the last one is answered.
final class NodeLife implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);

    /// Beneath the phases of the web server.
    private static final int PHASE = DEFAULT_PHASE - 8192;

    private final LockNode node;
    private volatile boolean running;

    NodeLife(LockNode node) {
        this.node = node;
    }

    @Override
    public void start() {
        node.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        try {
            node.close();
        } catch (IOException failure) {
            LOG.warn("{} did not close well", node.name(), failure);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
