package io.covenant.coordinator.paxos;

import io.covenant.coordinator.acceptor.DurableAcceptor;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.transactions.CrashPoints;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What a coordinator that runs Paxos Commit is made of.
///
/// @param node     its name among the members
/// @param paused   the services that are left in peace
/// @param workers  runs what may block
/// @param timers   runs what is short, later
/// @param clock    dates things; nothing is decided by it
/// @param nanoTime measures what has elapsed
/// @param random   draws attempts and the lives of ballots
record PaxosParts(
        String node,
        PaxosSettings settings,
        TransactionSettings transactions,
        DurableAcceptor acceptor,
        Peers peers,
        Participants participants,
        TransactionListener listener,
        CrashPoints crashPoints,
        Supplier<Set<String>> paused,
        Executor workers,
        ScheduledExecutorService timers,
        InstantSource clock,
        LongSupplier nanoTime,
        RandomGenerator random) {

    /// Runs this later, unless everything ends before.
    void later(Duration pause, Runnable task) {
        try {
            Future<?> _ = timers.schedule(task, Math.max(0, pause.toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            // Others finish what is left here.
            return;
        }
    }

    /// Somewhere between half of this pause and all of it.
    Duration jittered(Duration pause) {
        return Duration.ofNanos(pause.toNanos() / 2 + random.nextLong(pause.toNanos() / 2 + 1));
    }
}
