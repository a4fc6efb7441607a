package io.covenant.coordinator.transaction;

import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/// What every driver works with.
///
/// @param patience how long to wait for a vote before it is asked for again
/// @param abortPatience how long an abort waits for the vote of a branch that is being worked on
/// @param questions asks services where their branches stand
/// @param retries  the pauses before repetitions
/// @param workers  runs what may block
/// @param timers   runs what is short, later
/// @param clock    dates things; nothing is decided by it
/// @param nanoTime measures what has elapsed, as [System#nanoTime] does
record Surroundings(
        TransactionStore store,
        Participants participants,
        Teller teller,
        Questions questions,
        TransactionListener listener,
        CrashPoints crashPoints,
        Duration patience,
        Duration abortPatience,
        Backoff retries,
        Executor workers,
        ScheduledExecutorService timers,
        InstantSource clock,
        LongSupplier nanoTime) {

    /// Nothing comes later once the coordinator is closed: others do it.
    Future<?> later(Duration pause, Runnable task) {
        try {
            return timers.schedule(task, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /// Waits for something, at most until then on the clock of `nanoTime`; empty when it takes longer or is
    /// interrupted.
    <T> Optional<T> by(CompletableFuture<T> future, long until) {
        try {
            return Optional.of(future.get(Math.max(0, until - nanoTime.getAsLong()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        }
    }

    /// Whether to tell one branch alone before the others, so that dying in between can be tried.
    boolean tellsOneAlone() {
        return crashPoints instanceof CrashPoints.Armed(var point, var _, var _)
                && point == CrashPoint.C8_ONE_BRANCH_TOLD;
    }
}
