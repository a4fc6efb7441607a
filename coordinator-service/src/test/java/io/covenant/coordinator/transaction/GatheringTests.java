package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class GatheringTests {

    private static final Duration DISTANCE = Duration.ofMillis(6);

    private boolean busy = true;
    private final Gathering paced = Gathering.paced(DISTANCE, () -> busy);

    @Test
    void keepsADistanceUnderLoad() {
        assertThat(paced.pause(Duration.ofMillis(2))).isEqualTo(Duration.ofMillis(4));
    }

    @Test
    void doesNotLetTheFirstOneAfterAPauseWait() {
        assertThat(paced.pause(Duration.ofSeconds(1))).isZero();
    }

    @Test
    void keepsASlowDiskBusy() {
        assertThat(paced.pause(DISTANCE)).isZero();
    }

    @Test
    void letsNobodyWaitWithoutLoad() {
        busy = false;

        assertThat(paced.pause(Duration.ofMillis(2))).isZero();
    }
}
