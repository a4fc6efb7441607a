package io.covenant.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.limits.RateProperties.Limit;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AllowancesTests {

    private static final long SECOND = 1_000_000_000L;

    /// Time that a test moves.
    private static final class Watch implements TimeMeter {

        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }

        void passes(long time) {
            nanos.addAndGet(time);
        }
    }

    private final Watch watch = new Watch();
    private final Allowances five = new Allowances(new Limit(5, Duration.ofSeconds(1), "subject"), watch);

    private long taken(String subject, int asked) {
        return IntStream.range(0, asked)
                .filter(_ -> five.take(subject).isConsumed())
                .count();
    }

    @Test
    void letsABurstPassAndThenOneWhenItIsDue() {
        assertThat(taken("a", 10)).isEqualTo(5);
        assertThat(five.take("a").getNanosToWaitForRefill()).isEqualTo(SECOND / 5);
        watch.passes(SECOND / 5);
        assertThat(taken("a", 10)).isEqualTo(1);
        watch.passes(SECOND);
        assertThat(taken("a", 10)).isEqualTo(5);
    }

    @Test
    void takesBackWhatWasNotUsedAndNoMore() {
        assertThat(taken("a", 5)).isEqualTo(5);
        five.giveBack("a");
        assertThat(taken("a", 5)).isEqualTo(1);

        five.giveBack("b");
        assertThat(taken("b", 10)).isEqualTo(5);
    }

    @Test
    void remembersARefusalForAsLongAsItHolds() {
        var refusals = new Refusals(Duration.ofSeconds(1), watch);
        taken("a", 5);
        refusals.remember("a", five.take("a"));
        assertThat(refusals.find("b")).isNull();

        watch.passes(SECOND / 20);

        assertThat(refusals.find("a")).isNotNull().satisfies(refused -> {
            assertThat(refused.isConsumed()).isFalse();
            assertThat(refused.getNanosToWaitForRefill()).isEqualTo(SECOND / 5 - SECOND / 20);
            assertThat(refused.getNanosToWaitForReset()).isEqualTo(SECOND - SECOND / 20);
        });
        watch.passes(SECOND * 3 / 20);
        assertThat(refusals.find("a")).isNull();
    }

    @Test
    void countsSubjectsApart() {
        assertThat(taken("a", 10)).isEqualTo(5);
        assertThat(taken("b", 10)).isEqualTo(5);
    }

    @Test
    void isNotLongerAwayForWhoeverKeepsAsking() {
        taken("a", 5);
        for (int i = 0; i < 20; i++) {
            assertThat(five.take("a").getNanosToWaitForRefill()).isEqualTo(SECOND / 5 - i * SECOND / 100);
            watch.passes(SECOND / 100);
        }
        assertThat(five.take("a").isConsumed()).isTrue();
    }

    @Test
    void forgetsWhoHasTheirWholeAllowanceAgain() {
        IntStream.range(0, 10_000).forEach(i -> five.take("subject-" + i));
        watch.passes(2 * SECOND);
        IntStream.range(0, 10).forEach(i -> five.take("late-" + i));

        assertThat(five.subjects()).isEqualTo(10);
    }

    @Test
    void isBoundedHoweverManyAndLongNamesSomebodyMakesUp() {
        IntStream.range(0, 5_000).forEach(i -> five.take(i + "x".repeat(8_000)));

        assertThat(five.subjects()).isBetween(1L, 1_000L);
    }

    @Test
    void remembersWhoSendsMuchAmongThoseWhoWereMadeUp() {
        taken("a", 10);
        for (int i = 0; i < 60_000; i++) {
            five.take("made-up-" + i);
            if (i % 100 == 0) {
                assertThat(five.take("a").isConsumed()).as("after %d names", i).isFalse();
            }
        }
    }

    @Test
    void letsNoOneMorePassAmongManyThreads() {
        var many = new Allowances(new Limit(1_000, Duration.ofHours(1), "subject"), watch);
        var passed = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int t = 0; t < 8; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 500; i++) {
                        passed.addAndGet(many.take("a").isConsumed() ? 1 : 0);
                    }
                });
            }
        }
        assertThat(passed).hasValue(1_000);
    }
}
