package io.covenant.benchmarks.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PairsTests {

    private static final Duration SHORT = Duration.ofMillis(60);

    @Test
    void countsThePairsOfEachClient() throws Exception {
        var lock = new ReentrantLock(true);

        Pairs pairs = Pairs.of(
                Samples.HOT,
                users(8, (_, _) -> {
                    lock.lock();
                    return lock::unlock;
                }),
                SHORT,
                1);

        assertThat(pairs.counts()).hasSize(8).allMatch(count -> count > 0);
        assertThat(pairs.latencies().getTotalCount()).isEqualTo(pairs.total());
        assertThat(pairs.failed()).isZero();
        assertThat(pairs.intrusions()).isZero();
        assertThat(pairs.fairness())
                .isEqualTo((double) Collections.min(pairs.counts()) / Collections.max(pairs.counts()));
    }

    @Test
    void letsThoseShareWhoMay() throws Exception {
        var locks = Stream.generate(ReentrantReadWriteLock::new).limit(8).toList();

        Pairs pairs = Pairs.of(
                new Workload(Workload.Kind.SHARED, 16),
                users(16, (name, shared) -> {
                    ReadWriteLock both = locks.get(name.charAt(name.length() - 1) - '0');
                    var lock = shared ? both.readLock() : both.writeLock();
                    lock.lock();
                    return lock::unlock;
                }),
                SHORT,
                1);

        assertThat(pairs.total()).isPositive();
        assertThat(pairs.intrusions()).isZero();
    }

    @Test
    void noticesALockThatLetsTwoIn() throws Exception {
        Pairs pairs = Pairs.of(Samples.HOT, users(8, (_, _) -> () -> {}), SHORT, 1);

        assertThat(pairs.intrusions()).isPositive();
    }

    @Test
    void noticesALockThatDoesNotKeepWritersFromReaders() throws Exception {
        var alone = new ReentrantLock();

        Pairs pairs = Pairs.of(
                new Workload(Workload.Kind.SHARED, 32),
                users(32, (_, shared) -> {
                    if (shared) {
                        return () -> {};
                    }
                    alone.lock();
                    return alone::unlock;
                }),
                Duration.ofMillis(200),
                1);

        assertThat(pairs.intrusions()).isPositive();
    }

    @Test
    void goesOnAfterFailures() throws Exception {
        Pairs pairs = Pairs.of(
                Samples.ALONE,
                users(1, (_, _) -> {
                    throw new IOException("no node");
                }),
                SHORT,
                1);

        assertThat(pairs.total()).isZero();
        assertThat(pairs.failed()).isPositive();
        assertThat(pairs.firstFailure())
                .hasValueSatisfying(failure -> assertThat(failure).contains("no node"));
    }

    @FunctionalInterface
    private interface Lock {

        LockUser.Hold acquire(String name, boolean shared) throws Exception;
    }

    private static List<LockUser> users(int number, Lock lock) {
        LockUser user = new LockUser() {
            @Override
            public Hold acquire(String name, boolean shared) throws Exception {
                return lock.acquire(name, shared);
            }

            @Override
            public void close() {}
        };
        return Stream.generate(() -> user).limit(number).toList();
    }
}
