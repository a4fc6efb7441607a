package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClosedLoopTests {

    private static final Duration SHORT = Duration.ofMillis(100);

    @Test
    void countsWhatEveryWorkerCommitted() throws Exception {
        var done = new AtomicInteger();

        Load load = new ClosedLoop(4, 1).run(SHORT, _ -> {
            Thread.sleep(1);
            done.incrementAndGet();
            return Ending.COMMITTED;
        });

        assertThat(load.committed()).isEqualTo(done.get()).isPositive();
        assertThat(load.latencies().getTotalCount()).isEqualTo(load.committed());
        assertThat(load.elapsed()).isGreaterThanOrEqualTo(SHORT);
        assertThat(load.throughput()).isPositive();
    }

    @Test
    void hasAsManyUnderWayAsThereAreWorkers() throws Exception {
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();

        var all = new CountDownLatch(3);

        new ClosedLoop(3, 1).run(SHORT, _ -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            all.countDown();
            assertThat(all.await(1, TimeUnit.MINUTES)).isTrue();
            underWay.decrementAndGet();
            return Ending.COMMITTED;
        });

        assertThat(most).hasValue(3);
    }

    @Test
    void makesTheSameChoicesForTheSameSeed() throws Exception {
        assertThat(firstChoices(7)).isEqualTo(firstChoices(7)).isNotEqualTo(firstChoices(8));
    }

    @Test
    void tellsRefusalsAndFailuresApart() throws Exception {
        var calls = new AtomicInteger();

        Load load = new ClosedLoop(1, 1).run(SHORT, _ -> {
            if (calls.incrementAndGet() % 2 == 0) {
                throw new IOException("gone");
            }
            return Ending.REFUSED;
        });

        assertThat(load.committed()).isZero();
        assertThat(load.refused()).isPositive();
        assertThat(load.unclear()).isPositive();
        assertThat(load.firstFailure())
                .hasValueSatisfying(failure -> assertThat(failure).contains("gone"));
    }

    private static List<Integer> firstChoices(long seed) throws InterruptedException {
        List<Integer> choices = new ArrayList<>();
        // Once is always, and in a short time no more may come of it: longer, then, and from the beginning.
        for (var time = SHORT; choices.size() < 5; time = time.multipliedBy(4)) {
            choices.clear();
            new ClosedLoop(1, seed).run(time, random -> {
                Thread.sleep(1);
                choices.add(random.nextInt(1_000_000));
                return Ending.COMMITTED;
            });
        }
        return List.copyOf(choices.subList(0, 5));
    }
}
