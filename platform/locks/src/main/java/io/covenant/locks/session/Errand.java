package io.covenant.locks.session;

import io.covenant.locks.wire.Granted;
import java.util.Collections;
import java.util.List;
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
    /// Whether another one has to be settled first.
    boolean blocked;
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

    /// A strand works one thing after the other, and so do its requests for one name: a release gives back the youngest
    /// grant of a name, which must be one that the client knows of.
    boolean mustFollow(Errand earlier) {
        if (sent || earlier == this || !sameStrand(earlier)) {
            return false;
        }
        return switch (operation) {
            case Operation.Acquire _ -> !earlier.acquires();
            case Operation.Release _ ->
                earlier.operation instanceof Operation.Cancel
                        || (earlier.acquires() && earlier.names().size() == 1);
            default -> false;
        };
    }

    private boolean sameStrand(Errand other) {
        return strand() == other.strand() && !Collections.disjoint(names(), other.names());
    }

    private long strand() {
        return switch (operation) {
            case Operation.Acquire acquire -> acquire.strand();
            case Operation.Release release -> release.strand();
            case Operation.Cancel _ -> about == null ? 0 : about.strand();
            default -> 0;
        };
    }

    private List<String> names() {
        return switch (operation) {
            case Operation.Acquire acquire -> acquire.names();
            case Operation.Release release -> release.names();
            case Operation.Cancel _ -> about == null ? List.of() : about.names();
            default -> List.of();
        };
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

    @Override
    public String toString() {
        return "%d/%d %s%s%s%s%s"
                .formatted(
                        ask,
                        seq,
                        operation,
                        sending == 0 ? "" : ", under way as " + sending,
                        queued ? ", queued" : "",
                        parked == null ? "" : ", parked",
                        lookedFor ? ", looked for" : "");
    }
}
