package io.covenant.coordinator;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/// Starts the engine before the server takes requests, and ends it after the last one is answered.
final class CoordinatorLife implements SmartLifecycle {

    private static final Duration PATIENCE = Duration.ofSeconds(4);

    /// Beneath the phases of the web server.
    private static final int PHASE = DEFAULT_PHASE - 8192;

    private final CoordinatorEngine engine;
    private volatile boolean running;

    CoordinatorLife(CoordinatorEngine engine) {
        this.engine = engine;
    }

    @Override
    public void start() {
        engine.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        engine.shutDown(PATIENCE);
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
