package io.covenant.locks.session;

import io.covenant.locks.wire.Granted;
import org.jspecify.annotations.Nullable;

/// Something that was asked and is not settled.
final class Errand {

    static final long NEVER = Long.MAX_VALUE;

    final long ask;
    final Operation operation;
    /// For an answer.
    long patienceNanos;
    /// When an acquire stops to wait.
    final long waitUntilNanos;
    /// The one that this undoes, or looks after.
    final @Nullable Errand about;

    long seq;
    /// The number of the sending that is under way, or 0.
    long sending;
    long retryAtNanos;
    int failures;
    /// Whether the service may know of it.
    boolean sent;
    /// Whether the service said that it waits there.
    boolean queued;
    /// Whether its number may be below the acknowledged ones.
    boolean passedOver;
    /// Whether a node asked not to be asked before [#retryAtNanos].
    boolean toldToWait;
    /// Whether the service is asked what became of it.
    boolean lookedFor;
    /// Whether nobody waits for the outcome.
    boolean orphan;
    /// A grant that is not told, for the lease is not certain.
    @Nullable
    Granted parked;

    String lastFailure = "no answer";

    Errand(long ask, Operation operation, long patienceNanos, long waitUntilNanos, @Nullable Errand about) {
        this.ask = ask;
        this.operation = operation;
        this.patienceNanos = patienceNanos;
        this.waitUntilNanos = waitUntilNanos;
        this.about = about;
    }

    boolean numbered() {
        return !(operation instanceof Operation.Inspect);
    }

    boolean acquires() {
        return operation instanceof Operation.Acquire;
    }

    /// Whether it has to be sent, now or later.
    boolean idle() {
        return sending == 0 && parked == null && !lookedFor;
    }

    long waitMillis(long nowNanos) {
        return waitUntilNanos == NEVER
                ? Operation.FOREVER
                : Math.max(0, (waitUntilNanos - nowNanos + Moment.MILLI - 1) / Moment.MILLI);
    }
}
