package io.covenant.balancing.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryBudgetTests {

    private static final long MILLISECOND = 1_000_000L;

    /// Everything fails, and everything that may is tried again: what reaches the service is at most 1.2
    /// times what came.
    @Test
    void letsLoadGrowByAFifthAtMostWhenEverythingFails() {
        var budget = RetryBudget.standard();
        int atFirst = 0;
        int later = 0;
        for (int now = 0; now < 60_000; now++) {
            budget.requested(now * MILLISECOND);
            for (int again = 0; again < 2 && budget.tryRetry(now * MILLISECOND); again++) {
                atFirst += now < 10_000 ? 1 : 0;
                later += now < 10_000 ? 0 : 1;
            }
            assertThat(atFirst + later).isLessThanOrEqualTo(now / 5 + 100);
        }
        assertThat(atFirst).isEqualTo(2_000);
        assertThat((50_000 + later) / 50_000.0).isBetween(1.19, 1.2);
    }

    @Test
    void allowsTenASecondWhereThereIsLittleTraffic() {
        var budget = RetryBudget.standard();
        int allowed = 0;
        while (budget.tryRetry(0)) {
            allowed++;
        }
        assertThat(allowed).isEqualTo(100);
        assertThat(budget.tryRetry(9_999 * MILLISECOND)).isFalse();
        assertThat(budget.tryRetry(10_000 * MILLISECOND)).isTrue();
        assertThat(budget.left(10_000 * MILLISECOND)).isEqualTo(99);
    }

    @Test
    void forgetsRequestsThatLeftTheWindow() {
        var budget = new RetryBudget(0.5, 0, Duration.ofSeconds(1));
        for (int i = 0; i < 10; i++) {
            budget.requested(0);
        }
        assertThat(budget.left(500 * MILLISECOND)).isEqualTo(5);
        assertThat(budget.left(1_100 * MILLISECOND)).isZero();
        budget.requested(-5 * MILLISECOND + 100_000 * MILLISECOND);
        assertThat(budget.tryRetry(100_000 * MILLISECOND)).isFalse();
    }
}
