package io.covenant.locks.client;

import io.covenant.locks.session.Call;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/// The threads of a client. What keeps the lease alive runs on platform threads: virtual ones share their carriers with
/// the application, which may keep all of them busy for longer than a lease lasts.
final class Threads implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService notifier;
    private final ExecutorService vital;
    private final ExecutorService courier;
    private final ExecutorService many;
    private final String name;

    Threads(String name) {
        this.name = name;
        timer = new ScheduledThreadPoolExecutor(1, daemon("timer"));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        notifier = Executors.newSingleThreadExecutor(daemon("notifier"));
        vital = Executors.newCachedThreadPool(daemon("lease"));
        courier = Executors.newCachedThreadPool(daemon("courier"));
        many = Executors.newVirtualThreadPerTaskExecutor();
    }

    private ThreadFactory daemon(String role) {
        return Thread.ofPlatform().daemon().name("locks-" + role + "-" + name).factory();
    }

    void after(long nanos, Runnable action) {
        var _ = timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    }

    /// For the exchange of this call.
    ExecutorService forCall(Call call) {
        return switch (call) {
            case Call.Open _, Call.KeepAlive _, Call.Close _ -> vital;
            case Call.Perform _ -> many;
        };
    }

    /// For calls of many requests.
    Executor courier() {
        return courier;
    }

    /// For what the HTTP client does by itself.
    Executor vital() {
        return vital;
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
        return Thread.ofPlatform().daemon().name("locks-" + role + "-" + name).start(action);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        notifier.shutdown();
        vital.shutdown();
        courier.shutdown();
        many.shutdown();
    }
}
