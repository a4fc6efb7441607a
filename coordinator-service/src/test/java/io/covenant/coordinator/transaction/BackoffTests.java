package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTests {

    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), new Random(7));

    @Test
    void doublesUpToTheLongestPause() {
        assertThat(backoff.after(1)).isBetween(Duration.ofMillis(25), Duration.ofMillis(50));
        assertThat(backoff.after(3)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(backoff.after(7)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(backoff.after(100_000)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }
}
