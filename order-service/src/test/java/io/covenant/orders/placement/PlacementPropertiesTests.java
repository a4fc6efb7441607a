package io.covenant.orders.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.initiator.CommitProtocol;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PlacementPropertiesTests {

    @Test
    void hasTheseDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(new PlacementProperties(
                        CommitProtocol.TWO_PHASE,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofDays(7)));
    }

    @Test
    void hasTheseKeys() {
        assertThat(bound(Map.of(
                        "covenant.orders.placement.protocol", "tcc",
                        "covenant.orders.placement.deadline", "4s",
                        "covenant.orders.placement.lock-wait", "9s",
                        "covenant.orders.placement.quote-timeout", "5s",
                        "covenant.orders.placement.settle-after", "6s",
                        "covenant.orders.placement.settle-every", "7s",
                        "covenant.orders.placement.retention", "8d")))
                .isEqualTo(new PlacementProperties(
                        CommitProtocol.TCC,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofDays(8)));
    }

    private static PlacementProperties bound(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("covenant.orders.placement", PlacementProperties.class);
    }
}
