package io.covenant.benchmarks.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What clients achieved that took locks and released them as fast as they could.
///
/// @param counts pairs of each client
/// @param failed acquisitions or releases without success
/// @param intrusions how often one was inside beside another
/// @param latencies of pairs, in microseconds
/// @param firstFailure what the first one was about
record Pairs(
        List<Long> counts,
        long failed,
        long intrusions,
        Duration elapsed,
        Histogram latencies,
        Optional<String> firstFailure) {

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final Duration AFTER_A_FAILURE = Duration.ofMillis(20);

    Pairs {
        counts = List.copyOf(counts);
    }

    long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    double perSecond() {
        return total() / (elapsed.toNanos() / 1e9);
    }

    /// The least that a client got, as a part of the most.
    double fairness() {
        long most = counts.stream().mapToLong(Long::longValue).max().orElse(0);
        long least = counts.stream().mapToLong(Long::longValue).min().orElse(0);
        return most == 0 ? 0 : (double) least / most;
    }

    /// Lets these users work for some time, each in a thread of its own.
    static Pairs of(Workload workload, List<? extends LockUser> users, Duration time, long seed)
            throws InterruptedException {
        var rooms = new ConcurrentHashMap<String, Room>();
        var start = new CountDownLatch(1);
        var seeds = new SplittableRandom(seed);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Worker>> running = new ArrayList<>();
            for (int i = 0; i < users.size(); i++) {
                var worker = new Worker(workload, i, users.get(i), seeds.split(), rooms);
                running.add(threads.submit(() -> {
                    start.await();
                    return worker.until(System.nanoTime() + time.toNanos());
                }));
            }
            long began = System.nanoTime();
            start.countDown();
            List<Worker> done = new ArrayList<>();
            for (Future<Worker> worker : running) {
                done.add(worker.get());
            }
            return sum(done, rooms, Duration.ofNanos(System.nanoTime() - began));
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client of the load failed", e.getCause());
        }
    }

    private static Pairs sum(List<Worker> workers, Map<String, Room> rooms, Duration elapsed) {
        var latencies = new Histogram(SIGNIFICANT_DIGITS);
        workers.forEach(worker -> latencies.add(worker.latencies));
        return new Pairs(
                workers.stream().map(worker -> worker.pairs).toList(),
                workers.stream().mapToLong(worker -> worker.failed).sum(),
                rooms.values().stream().mapToLong(Room::failures).sum(),
                elapsed,
                latencies,
                workers.stream()
                        .flatMap(worker -> Optional.ofNullable(worker.failure).stream())
                        .findFirst());
    }

    private static final class Worker {

        private final Workload workload;
        private final int number;
        private final LockUser user;
        private final SplittableRandom random;
        private final Map<String, Room> rooms;
        private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
        private long pairs;
        private long failed;
        private @Nullable String failure;

        Worker(Workload workload, int number, LockUser user, SplittableRandom random, Map<String, Room> rooms) {
            this.workload = workload;
            this.number = number;
            this.user = user;
            this.random = random;
            this.rooms = rooms;
        }

        Worker until(long deadline) throws InterruptedException {
            do {
                long began = System.nanoTime();
                if (once()) {
                    pairs++;
                    latencies.recordValue((System.nanoTime() - began) / 1_000);
                } else {
                    failed++;
                    Thread.sleep(AFTER_A_FAILURE);
                }
            } while (System.nanoTime() - deadline < 0);
            return this;
        }

        private boolean once() throws InterruptedException {
            try {
                Workload.Choice choice = workload.choose(number, random);
                LockUser.Hold hold = user.acquire(choice.lock(), choice.shared());
                rooms.computeIfAbsent(choice.lock(), _ -> new Room()).visit(choice.shared());
                hold.release();
                return true;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failure = failure == null ? e.toString() : failure;
                return false;
            }
        }
    }
}
