package io.covenant.locks.client;

import org.jspecify.annotations.Nullable;

/// Interrupts a thread, but only as long as it does this work.
final class Interruption {

    private final Thread worker = Thread.currentThread();
    private boolean over;
    private @Nullable String why;

    synchronized void because(String reason) {
        if (!over && why == null) {
            why = reason;
            worker.interrupt();
        }
    }

    /// Takes an interruption of ours away again.
    ///
    /// @return why the work was interrupted, or null
    synchronized @Nullable String end() {
        over = true;
        if (why != null) {
            boolean interrupted = Thread.interrupted();
            assert interrupted || !Thread.currentThread().isInterrupted();
        }
        return why;
    }
}
