package io.covenant.balancing.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HealthTests {

    private static final HealthRules RULES = new HealthRules(2, 3);

    @Test
    void fallsAfterThreeBadProbesAndRisesAfterTwoGoodOnes() {
        assertThat(after("bb").up()).isTrue();
        assertThat(after("bbb").up()).isFalse();
        assertThat(after("bbbg").up()).isFalse();
        assertThat(after("bbbgg").up()).isTrue();
    }

    @Test
    void beginsToCountAnewAtEachContradiction() {
        assertThat(after("bbgbbgbb").up()).isTrue();
        assertThat(after("bbbgbgbgb").up()).isFalse();
    }

    @Test
    void growsIntoItsWeight() {
        var start = new SlowStart(Duration.ofSeconds(10), 1, 0.1);
        assertThat(start.percent(0)).isEqualTo(10);
        assertThat(start.percent(500_000_000L)).isEqualTo(10);
        assertThat(start.percent(5_000_000_000L)).isEqualTo(50);
        assertThat(start.percent(10_000_000_000L)).isEqualTo(100);
    }

    @Test
    void growsFasterAtFirstWithMoreAggression() {
        var start = new SlowStart(Duration.ofSeconds(10), 2, 0.1);
        assertThat(start.percent(2_500_000_000L)).isEqualTo(50);
    }

    @Test
    void isWholeAtOnceWithoutAWindow() {
        assertThat(SlowStart.NONE.percent(0)).isEqualTo(100);
    }

    @Test
    void refusesRulesThatMakeNoSense() {
        assertThatThrownBy(() -> new HealthRules(0, 1)).hasMessage("rise and fall are at least 1");
        assertThatThrownBy(() -> new SlowStart(Duration.ofSeconds(1), 0, 0.1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Health after(String probes) {
        var health = Health.UP;
        for (int i = 0; i < probes.length(); i++) {
            health = health.probed(probes.charAt(i) == 'g', RULES);
        }
        return health;
    }
}
