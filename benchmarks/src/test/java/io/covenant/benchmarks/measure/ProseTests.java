package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ProseTests {

    @Test
    void givesTheMiddleTheLeastAndTheMost() {
        assertThat(Prose.spread("%.1f", Spread.of(List.of(1.0, 2.0, 4.0)))).isEqualTo("2.0 (1.0-4.0)");
    }

    @Test
    void givesASingleFigureAlone() {
        assertThat(Prose.spread("%.0f", Spread.of(List.of(0.25)).times(100))).isEqualTo("25");
    }

    @Test
    void writesFiguresTheSameInEveryCountry() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(Prose.number("%.2f", 0.5)).isEqualTo("0.50");
        } finally {
            Locale.setDefault(before);
        }
    }
}
