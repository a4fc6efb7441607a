package io.covenant.transactions.participant;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.MDC;

/// Does the same to many branches at once: their forced writes then share the disk's turns. Never more at a time than
/// there are connections for it.
public final class InParallel implements AutoCloseable {

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("branch-", 0).factory());
    private final Semaphore permits;

    public InParallel(int most) {
        permits = new Semaphore(most);
    }

    /// The results in the order of the items. The caller works on the first of them.
    public <T, R> List<R> map(List<T> items, Function<T, R> task) {
        if (items.isEmpty()) {
            return List.of();
        }
        var others = items.subList(1, items.size());
        var context = others.isEmpty() ? null : MDC.getCopyOfContextMap();
        var futures = new ArrayList<Future<R>>(others.size());
        for (var item : others) {
            futures.add(threads.submit(() -> {
                if (context != null) {
                    MDC.setContextMap(context);
                }
                return permitted(item, task);
            }));
        }
        var results = new ArrayList<R>(items.size());
        results.add(permitted(items.getFirst(), task));
        for (var future : futures) {
            results.add(resultOf(future));
        }
        return results;
    }

    private <T, R> R permitted(T item, Function<T, R> task) {
        permits.acquireUninterruptibly();
        try {
            return task.apply(item);
        } finally {
            permits.release();
        }
    }

    private static <R> R resultOf(Future<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
