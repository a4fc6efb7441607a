package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ParticipantPropertiesTests {

    private static final String PREFIX = "covenant.transactions.participant";

    @Test
    void hasDefaultsThatNobodyHasToChange() {
        assertThat(bind(Map.of()))
                .isEqualTo(new ParticipantProperties(
                        Duration.ofSeconds(1),
                        Duration.ofMillis(200),
                        5,
                        8,
                        Duration.ofDays(7),
                        Duration.ofDays(30),
                        Duration.ofSeconds(10),
                        new ParticipantProperties.Sweep(
                                true,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(2),
                                "coordinator"),
                        new ParticipantProperties.Local(Duration.ofSeconds(10), Duration.ofSeconds(10))));
    }

    @Test
    void bindsEveryKey() {
        assertThat(bind(Map.ofEntries(
                        Map.entry(PREFIX + ".lock-timeout", "2s"),
                        Map.entry(PREFIX + ".fence-lock-timeout", "100ms"),
                        Map.entry(PREFIX + ".fence-attempts", "3"),
                        Map.entry(PREFIX + ".finishers", "4"),
                        Map.entry(PREFIX + ".retention", "30d"),
                        Map.entry(PREFIX + ".hazard-retention", "60d"),
                        Map.entry(PREFIX + ".max-prepared-age", "1m"),
                        Map.entry(PREFIX + ".sweep.enabled", "false"),
                        Map.entry(PREFIX + ".sweep.interval", "500ms"),
                        Map.entry(PREFIX + ".sweep.min-age", "0s"),
                        Map.entry(PREFIX + ".sweep.coordinator", "coordinators"),
                        Map.entry(PREFIX + ".local.holds", "30s"),
                        Map.entry(PREFIX + ".local.work-timeout", "5s"))))
                .isEqualTo(new ParticipantProperties(
                        Duration.ofSeconds(2),
                        Duration.ofMillis(100),
                        3,
                        4,
                        Duration.ofDays(30),
                        Duration.ofDays(60),
                        Duration.ofMinutes(1),
                        new ParticipantProperties.Sweep(
                                false, Duration.ofMillis(500), Duration.ZERO, Duration.ofSeconds(2), "coordinators"),
                        new ParticipantProperties.Local(Duration.ofSeconds(30), Duration.ofSeconds(5))));
    }

    @Test
    void refusesWhatCannotWork() {
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".lock-timeout", "0s")))
                .rootCause()
                .hasMessageContaining("lock-timeout must be at least 1 ms");
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".finishers", "0")))
                .rootCause()
                .hasMessageContaining("finishers must be at least 1");
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".retention", "5m")))
                .rootCause()
                .hasMessageContaining("retention must be at least an hour");
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".retention", "31d")))
                .rootCause()
                .hasMessageContaining("hazard-retention must be at least as long as the retention");
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".sweep.interval", "-1s")))
                .rootCause()
                .hasMessageContaining("sweep.interval must be at least 1 ms");
        assertThatThrownBy(() -> bind(Map.of(PREFIX + ".local.holds", "0s")))
                .rootCause()
                .hasMessageContaining("local.holds must be at least 1 ms");
    }

    private static ParticipantProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate(PREFIX, ParticipantProperties.class);
    }
}
