package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PauseTests {

    private static final Duration LONG = Duration.ofHours(1);

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Semaphore over = new Semaphore(0);

    @AfterEach
    void stopTimers() {
        timers.shutdownNow();
    }

    @Test
    void saysWhenItsTimeIsOver() throws InterruptedException {
        var pause = pauseOf(Duration.ofMillis(20));

        pause.begin(1);

        assertThat(over.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        assertThat(pause.isOn()).isFalse();
        assertThat(pause.left()).isEmpty();
    }

    @Test
    void begunTwiceItIsOne() {
        var pause = pauseOf(LONG);

        pause.begin(1);
        var left = pause.left().orElseThrow();
        pause.begin(2);

        assertThat(pause.left().orElseThrow()).isLessThanOrEqualTo(left);
        pause.end();
        assertThat(pause.isOn()).isFalse();
    }

    @Test
    void cutShortItNeverEndsTheNextOne() throws InterruptedException {
        var first = Duration.ofMillis(50);
        var pause = new Pause(new Backoff(first, LONG, new Random(1)), timers, over::release);
        var cut = new CountDownLatch(1);
        timers.execute(() -> awaitQuietly(cut)); // however late it is cut, it is in time

        pause.begin(1);
        pause.end();
        pause.begin(20);
        cut.countDown();

        assertThat(pause.isOn()).isTrue();
        assertThat(over.tryAcquire(200, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(pause.isOn()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Pause pauseOf(Duration length) {
        return new Pause(new Backoff(length, length, new Random(1)), timers, over::release);
    }
}
