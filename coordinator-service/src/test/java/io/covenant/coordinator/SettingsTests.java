package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.TransactionSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/// What holds when nothing is configured is the same with and without Spring.
class SettingsTests {

    private final Binder nothing = new Binder(new MapConfigurationPropertySource(Map.of()));

    @Test
    void pinsTheDefaultsOfTransactions() {
        assertThat(nothing.bindOrCreate("covenant.coordinator.transactions", TransactionSettings.class))
                .isEqualTo(TransactionSettings.defaults());
    }

    @Test
    void pinsTheDefaultsOfOwnership() {
        assertThat(nothing.bindOrCreate("covenant.coordinator.ownership", OwnershipSettings.class))
                .isEqualTo(OwnershipSettings.defaults());
    }

    @Test
    void pinsTheDefaultsOfRecovery() {
        assertThat(nothing.bindOrCreate("covenant.coordinator.recovery", RecoverySettings.class))
                .isEqualTo(RecoverySettings.defaults());
    }
}
