package io.covenant.coordinator.paxos;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How long somebody waits, at the most, for what others do.
record Patience(Duration longest) {

    /// Waits for it; empty when it takes longer or this thread is interrupted.
    <T> Optional<T> await(CompletableFuture<T> future) {
        try {
            return Optional.of(future.get(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
