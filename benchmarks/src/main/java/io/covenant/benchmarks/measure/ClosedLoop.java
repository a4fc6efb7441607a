package io.covenant.benchmarks.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Workers that each begin the next piece of work when the last one is done: as many are under way as there are
/// workers.
public final class ClosedLoop {

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final Duration AFTER_A_FAILURE = Duration.ofMillis(20);

    private final int workers;
    private final SplittableRandom seeds;

    /// @param seed of all choices, so that the contestants of one round face the same keys
    public ClosedLoop(int workers, long seed) {
        this.workers = workers;
        this.seeds = new SplittableRandom(seed);
    }

    /// Works for the given time; what is under way at its end is finished and counts.
    public Load run(Duration duration, Work work) throws InterruptedException {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Worker>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                var worker = new Worker(work, seeds.split());
                running.add(threads.submit(() -> {
                    start.await();
                    return worker.until(System.nanoTime() + duration.toNanos());
                }));
            }
            long began = System.nanoTime();
            start.countDown();
            List<Worker> done = new ArrayList<>();
            for (Future<Worker> worker : running) {
                done.add(worker.get());
            }
            return sum(done, Duration.ofNanos(System.nanoTime() - began));
        } catch (ExecutionException e) {
            throw new IllegalStateException("a worker of the load failed", e.getCause());
        }
    }

    private static Load sum(List<Worker> workers, Duration elapsed) {
        var latencies = new Histogram(SIGNIFICANT_DIGITS);
        workers.forEach(worker -> latencies.add(worker.latencies));
        return new Load(
                workers.stream().mapToLong(worker -> worker.committed).sum(),
                workers.stream().mapToLong(worker -> worker.refused).sum(),
                workers.stream().mapToLong(worker -> worker.unclear).sum(),
                elapsed,
                latencies,
                workers.stream()
                        .flatMap(worker -> Optional.ofNullable(worker.failure).stream())
                        .findFirst());
    }

    private static final class Worker {

        private final Work work;
        private final SplittableRandom random;
        private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
        private long committed;
        private long refused;
        private long unclear;
        private @Nullable String failure;

        Worker(Work work, SplittableRandom random) {
            this.work = work;
            this.random = random;
        }

        Worker until(long deadline) throws InterruptedException {
            do {
                long began = System.nanoTime();
                switch (once()) {
                    case COMMITTED -> {
                        committed++;
                        latencies.recordValue((System.nanoTime() - began) / 1_000);
                    }
                    case REFUSED -> refused++;
                    case UNCLEAR -> {
                        unclear++;
                        Thread.sleep(AFTER_A_FAILURE);
                    }
                }
            } while (System.nanoTime() - deadline < 0);
            return this;
        }

        private Ending once() throws InterruptedException {
            try {
                return work.once(random);
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failure = failure == null ? e.toString() : failure;
                return Ending.UNCLEAR;
            }
        }
    }
}
