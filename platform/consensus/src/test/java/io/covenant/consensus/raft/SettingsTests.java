package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsTests {

    @Test
    void pinsTheStandard() {
        assertThat(Settings.standard())
                .isEqualTo(new Settings(
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        32,
                        262_144,
                        16_384,
                        16_777_216,
                        1_048_576,
                        65_536,
                        16_777_216,
                        4_096,
                        65_536,
                        64));
    }

    @Test
    void takesOtherTimes() {
        var faster = Settings.standard().times(Duration.ofMillis(300), Duration.ofMillis(30));

        assertThat(faster.electionTimeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(faster.maxInFlight()).isEqualTo(32);
    }

    @Test
    void refusesHeartbeatsThatComeTooLate() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.standard().times(Duration.ofMillis(100), Duration.ofMillis(60)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.standard().times(Duration.ofMillis(100), Duration.ZERO));
    }

    @Test
    void makesRoomForTheLargestMessage() {
        assertThat(MessageCodec.of(Settings.standard()).maxBytes()).isGreaterThan(1 << 20);
    }
}
