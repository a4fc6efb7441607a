package io.covenant.coordinator.transaction;

import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Feeds one attempt's inputs to the protocol's core, one after the other, whoever brings them, and has the shell do
/// what the core asks for.
///
/// Its lock guards all that is known of the attempt.
///
/// @param <S> the protocol's states
/// @param <I> its inputs
/// @param <E> its effects
final class ProtocolLoop<S, I, E> {

    /// Does what the core asks for, holding the lock. What it feeds meanwhile is handled after the step.
    interface Shell<S, E> {
        void perform(@Nullable S before, Step<S, E> step);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ProtocolLoop.class);

    private final TransactionId id;
    private final Surroundings around;
    private final Protocol<S, I, E> protocol;
    private final I retry;
    private final Shell<S, E> shell;

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<I> inbox = new ArrayDeque<>();
    private @Nullable S state;
    private boolean stepping;
    private int tries;
    private boolean retryArmed;
    private long retryAt;

    /// @param retry what the core hears when somebody has not answered for a while
    ProtocolLoop(TransactionId id, Surroundings around, Protocol<S, I, E> protocol, I retry, Shell<S, E> shell) {
        this.id = id;
        this.around = around;
        this.protocol = protocol;
        this.retry = retry;
        this.shell = shell;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /// Absent until the protocol has been entered.
    @Nullable
    S state() {
        return state;
    }

    void enter(Step<S, E> first) {
        stepping = true;
        try {
            take(first);
        } finally {
            stepping = false;
        }
        drain();
    }

    /// Feeds one input to the core, after those that came before it.
    void feed(I input) {
        lock.lock();
        try {
            inbox.add(input);
            drain();
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        if (stepping || state == null) {
            return;
        }
        stepping = true;
        try {
            for (var input = inbox.poll(); input != null; input = inbox.poll()) {
                take(protocol.on(state, input));
            }
        } catch (RuntimeException e) {
            LOG.error("{} is stuck", id, e);
            throw e;
        } finally {
            stepping = false;
        }
    }

    private void take(Step<S, E> step) {
        var before = state;
        state = step.next();
        shell.perform(before, step);
    }

    // ---- trying again

    /// How often what the core waits for has been tried.
    int tries() {
        return tries;
    }

    void countTry() {
        tries++;
    }

    void forgetTries() {
        tries = 0;
    }

    /// Has the core ask for whatever is missing at once, as if for the first time.
    void retryNow() {
        lock.lock();
        try {
            forgetTries();
            feed(retry);
        } finally {
            lock.unlock();
        }
    }

    Pursuit pursuit() {
        lock.lock();
        try {
            var left = Duration.ofNanos(retryAt - around.nanoTime().getAsLong());
            return new Pursuit(tries, retryArmed && left.isPositive() ? Optional.of(left) : Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /// Has the core ask again for whatever is missing.
    void retryAfter(int triesSoFar) {
        if (!retryArmed) {
            retryArmed = true;
            var pause = around.retries().after(triesSoFar);
            retryAt = around.nanoTime().getAsLong() + pause.toNanos();
            var _ = around.later(pause, () -> {
                lock.lock();
                try {
                    retryArmed = false;
                    feed(retry);
                } finally {
                    lock.unlock();
                }
            });
        }
    }
}
