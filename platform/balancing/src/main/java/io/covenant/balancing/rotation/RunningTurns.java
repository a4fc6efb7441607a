package io.covenant.balancing.rotation;

import io.covenant.balancing.chance.Weights;
import java.util.concurrent.atomic.AtomicLong;

/// A cycle too long for a table, as of the weights 999,999 and 1,000,000: one step at a time, in turn.
final class RunningTurns extends Rotation {

    private final Turns turns;
    private final long cycle;

    RunningTurns(long[] weights) {
        this.cycle = Weights.total(weights);
        this.turns = new Turns(weights, cycle);
    }

    @Override
    public int next(AtomicLong taken) {
        taken.getAndIncrement();
        synchronized (turns) {
            return turns.next();
        }
    }

    @Override
    public long cycle() {
        return cycle;
    }
}
