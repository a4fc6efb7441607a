package io.covenant.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AllowanceTests {

    private static final long SECOND = 1_000_000_000L;

    private final Allowance five = new Allowance(5, SECOND);

    private int taken(String subject, int asked, long now) {
        int taken = 0;
        for (int i = 0; i < asked; i++) {
            taken += five.take(subject, now) == 0 ? 1 : 0;
        }
        return taken;
    }

    @Test
    void letsABurstPassAndThenOneWhenItIsDue() {
        assertThat(taken("a", 10, 0)).isEqualTo(5);
        assertThat(five.take("a", 0)).isEqualTo(SECOND / 5);
        assertThat(taken("a", 10, SECOND / 5)).isEqualTo(1);
        assertThat(taken("a", 10, SECOND / 5 + SECOND)).isEqualTo(5);
    }

    @Test
    void countsSubjectsApart() {
        assertThat(taken("a", 10, 0)).isEqualTo(5);
        assertThat(taken("b", 10, 0)).isEqualTo(5);
    }

    @Test
    void isNotLongerAwayForWhoeverKeepsAsking() {
        taken("a", 5, 0);
        for (long now = 0; now < SECOND / 5; now += SECOND / 100) {
            assertThat(five.take("a", now)).isEqualTo(SECOND / 5 - now);
        }
        assertThat(five.take("a", SECOND / 5)).isZero();
    }

    @Test
    void worksWhereTheClockIsNegativeAndPassesOver() {
        long now = Long.MAX_VALUE - SECOND / 10;
        assertThat(taken("a", 10, now)).isEqualTo(5);
        assertThat(taken("a", 10, now + SECOND)).isEqualTo(5);
    }

    @Test
    void forgetsWhoHasTheirWholeAllowanceAgain() {
        for (int i = 0; i < 10_000; i++) {
            five.take("subject-" + i, 0);
        }
        for (int i = 0; i < 10; i++) {
            five.take("late-" + i, 2 * SECOND);
        }
        assertThat(five.subjects()).isLessThan(20);
    }

    @Test
    void letsNoOneMorePassAmongManyThreads() {
        var many = new Allowance(1_000, 1_000 * SECOND);
        var passed = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int t = 0; t < 8; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 500; i++) {
                        passed.addAndGet(many.take("a", 0) == 0 ? 1 : 0);
                    }
                });
            }
        }
        assertThat(passed).hasValue(1_000);
    }
}
