package io.covenant.balancing.simulation;

import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// A node with a few workers and a queue.
final class Backend {

    /// How a node treats requests.
    enum Mode {
        WELL,
        /// Takes them and never answers.
        SILENT,
        /// Fails them in a fiftieth of the time that work takes.
        FAILING
    }

    private final World world;
    private final int workers;
    private final ArrayDeque<Consumer<Boolean>> queue = new ArrayDeque<>();
    private int busy;
    double speed = 1;
    Mode mode = Mode.WELL;
    int taken;

    Backend(World world, int workers) {
        this.world = world;
        this.workers = workers;
    }

    /// @param done hears whether it went well
    void take(Consumer<Boolean> done) {
        taken++;
        switch (mode) {
            case SILENT -> {}
            case FAILING -> world.in(Duration.ofNanos((long) (Queues.SERVICE_NANOS / 50)), () -> done.accept(false));
            case WELL -> {
                queue.add(done);
                work();
            }
        }
    }

    private void work() {
        while (busy < workers && !queue.isEmpty()) {
            var done = queue.remove();
            busy++;
            world.in(Queues.exponential(world, Queues.SERVICE_NANOS / speed), () -> {
                busy--;
                done.accept(true);
                work();
            });
        }
    }
}
