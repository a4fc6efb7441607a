package io.covenant.locks.client;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads of a client. What keeps the lease alive runs on platform threads: virtual ones share their carriers with
/// the application, which may keep all of them busy for longer than a lease lasts.
final class Threads implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService notifier;
    private final String name;

    Threads(String name) {
        this.name = name;
        timer = new ScheduledThreadPoolExecutor(1, daemon("timer"));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        notifier = Executors.newSingleThreadExecutor(daemon("notifier"));
    }

    private java.util.concurrent.ThreadFactory daemon(String role) {
        return Thread.ofPlatform().daemon().name("locks-" + role + "-" + name).factory();
    }

    void after(long nanos, Runnable action) {
        var _ = timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    }

    /// One after the other.
    void notify(Runnable news) {
        try {
            notifier.execute(news);
        } catch (RejectedExecutionException closed) {
            news.run();
        }
    }

    /// For what blocks.
    Thread start(String role, Runnable action) {
        return Thread.ofVirtual().name("locks-" + role + "-" + name).start(action);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        notifier.shutdown();
    }
}
