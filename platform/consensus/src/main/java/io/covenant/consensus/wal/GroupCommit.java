package io.covenant.consensus.wal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Forces a log for everybody who waits: one thread, one force at a time, and while it runs the next one
/// gathers.
public final class GroupCommit implements AutoCloseable {

    private record Waiting(long record, Runnable action, Consumer<IOException> onBroken) {}

    private final WriteAheadLog log;
    private final Consumer<Throwable> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Thread thread;
    private final LongAdder forces = new LongAdder();
    private boolean closed;

    /// @param onFailure called once, when the log is broken or an action threw: the process has to end
    public GroupCommit(WriteAheadLog log, Consumer<Throwable> onFailure) {
        this.log = log;
        this.onFailure = onFailure;
        this.thread = Thread.ofPlatform().daemon().name("log-force").start(this::run);
    }

    /// Runs this when all that was appended before is durable, on the thread that forces, in the order of
    /// the calls; never when it cannot become so. It should be short.
    public void whenDurable(Runnable action) {
        add(action, _ -> {});
    }

    /// Waits until all that was appended before is durable.
    public void awaitDurable() throws IOException {
        var done = new CompletableFuture<Boolean>();
        add(() -> done.complete(true), done::completeExceptionally);
        try {
            done.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof BrokenLogException broken
                    ? broken.again()
                    : new IOException(failure.getCause());
        }
    }

    /// How often it has forced the log.
    public long forces() {
        return forces.sum();
    }

    private void add(Runnable action, Consumer<IOException> onBroken) {
        lock.lock();
        try {
            if (closed) {
                onBroken.accept(new IOException("the log is not forced any more"));
                return;
            }
            waiting.addLast(new Waiting(log.appended(), action, onBroken));
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                var durable = log.force();
                forces.increment();
                for (var due = due(durable); !due.isEmpty(); due = due(durable)) {
                    due.forEach(one -> one.action().run());
                }
                if (log.needsNextSegment()) {
                    Thread.ofVirtual().start(this::prepare);
                }
            }
        } catch (IOException | RuntimeException failure) {
            stop(failure);
        }
    }

    private boolean awaitWork() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private List<Waiting> due(long durable) {
        var due = new ArrayList<Waiting>();
        lock.lock();
        try {
            while (!waiting.isEmpty() && waiting.getFirst().record() <= durable) {
                due.add(waiting.removeFirst());
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    private void prepare() {
        try {
            log.prepareNextSegment();
        } catch (IOException later) {
            // The force that needs the segment tries again, and breaks the log if it cannot be made.
            return;
        }
    }

    private void stop(Exception failure) {
        var broken = failure instanceof IOException known ? known : new IOException(failure);
        var left = new ArrayList<Waiting>();
        lock.lock();
        try {
            closed = true;
            left.addAll(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        left.forEach(one -> one.onBroken().accept(broken));
        onFailure.accept(failure);
    }

    /// Forces once more for who waits, then ends.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        var interrupted = false;
        while (!thread.equals(Thread.currentThread()) && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException remembered) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
