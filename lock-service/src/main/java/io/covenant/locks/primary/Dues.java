package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.primary.Input.Fate;
import java.util.List;

/// The timers of the state, waits and lock-delays among them: when one is due, what it does is collected and proposed.
final class Dues {

    private final PrimarySettings settings;
    private final Tenure tenure;
    private long nextMillis = Input.NOTHING_DUE;
    private boolean collecting;
    private int inFlight;
    private long again;

    Dues(PrimarySettings settings, Tenure tenure) {
        this.settings = settings;
        this.tenure = tenure;
    }

    /// The state says when the first of its timers is due.
    void nextIs(long millis) {
        nextMillis = millis;
    }

    void collect() {
        if (nextMillis <= tenure.logicalMillis() && !collecting && inFlight == 0 && tenure.now() >= again) {
            collecting = true;
            tenure.effect(new Effect.Collect(tenure.logicalMillis(), settings.inFlight()));
        }
    }

    void collected(List<Command> commands) {
        if (!collecting) {
            return;
        }
        collecting = false;
        for (var command : commands) {
            inFlight++;
            tenure.propose(command, this::decided);
        }
        if (commands.isEmpty()) {
            again = tenure.now() + settings.retry().toNanos();
        }
    }

    private void decided(Fate fate) {
        inFlight--;
        if (!(fate instanceof Fate.Done)) {
            again = tenure.now() + settings.retry().toNanos();
        }
    }

    /// When the next is to be collected.
    long next() {
        return nextMillis != Input.NOTHING_DUE && !collecting && inFlight == 0
                ? Math.max(again, tenure.whenLogically(nextMillis))
                : Tenure.NEVER;
    }

    void stepDown() {
        nextMillis = Input.NOTHING_DUE;
        collecting = false;
        inFlight = 0;
    }
}
