package io.covenant.balancing.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GaugeTests {

    private static final long SECOND = 1_000_000_000L;

    private final Gauge gauge = new Gauge(LoadRules.DEFAULTS);

    @Test
    void takesAPeakAtOnceAndForgetsItSlowly() {
        gauge.answered(10_000_000, 0);
        gauge.answered(900_000_000, 1);
        assertThat(gauge.latency(1)).isEqualTo(900_000_000);
        gauge.answered(10_000_000, 1 + SECOND);
        assertThat(gauge.latency(1 + SECOND)).isCloseTo(10e6 + 890e6 * Math.exp(-0.1), within(1.0));
    }

    @Test
    void sinksWhenNothingIsHeard() {
        gauge.answered(1_000_000, 0);
        assertThat(gauge.latency(10 * SECOND)).isCloseTo(1e6 / Math.E, within(1.0));
    }

    @Test
    void isNotMadeToLookFastByFailures() {
        gauge.answered(50_000_000, 0);
        gauge.waitedInVain(1_000, 1);
        assertThat(gauge.latency(1)).isCloseTo(50_000_000, within(1.0));
        gauge.waitedInVain(SECOND, 2);
        assertThat(gauge.latency(2)).isEqualTo(SECOND);
    }

    @Test
    void knowsTheShareOfFailures() {
        for (int i = 0; i < 10_000; i++) {
            gauge.ended(i % 10 == 0, i * 1_000L);
        }
        assertThat(gauge.failures(10_000_000)).isCloseTo(0.1, within(0.05));
    }

    @Test
    void believesAFewFailuresInARow() {
        for (int i = 0; i < 10; i++) {
            gauge.ended(true, i);
        }
        assertThat(gauge.failures(10)).isGreaterThan(0.4);
        assertThat(gauge.failures(20 * SECOND)).isZero();
    }

    @Test
    void forgivesWhoComesBack() {
        gauge.ended(true, 0);
        gauge.forgive();
        assertThat(gauge.failures(1)).isZero();
    }
}
