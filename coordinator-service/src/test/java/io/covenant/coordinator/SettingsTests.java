package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.TransactionSettings;
import java.time.Duration;
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

    @Test
    void refusesTransactionsThatCannotWork() {
        assertThatThrownBy(() -> transactions("max-undecided", "0"))
                .rootCause()
                .hasMessage("covenant.coordinator.transactions.max-undecided must be at least 1");
        assertThatThrownBy(() -> transactions("max-deadline", "1s"))
                .rootCause()
                .hasMessageContaining("max-deadline must not be below default-deadline");
        assertThatThrownBy(() -> transactions("finish-requests-in-flight", "0"))
                .rootCause()
                .hasMessageContaining("finish-requests-in-flight must be at least 1");
    }

    @Test
    void refusesARecoveryThatCannotWork() {
        assertThatThrownBy(() -> recovery(Map.of("covenant.coordinator.recovery.purge-batch", "0")))
                .rootCause()
                .hasMessageContaining("purge-batch must be at least 1");
        assertThatThrownBy(() -> recovery(Map.of("covenant.coordinator.recovery.look", "0s")))
                .rootCause()
                .hasMessageContaining("look must be positive");
        assertThatThrownBy(() -> recovery(Map.of("covenant.coordinator.recovery.keep", "-1d")))
                .rootCause()
                .hasMessageContaining("keep must be positive");
    }

    @Test
    void forgetsLaterThanParticipantsRefuseAndEarlierThanTheyForget() {
        var keeping8Days = RecoverySettings.defaults();

        keeping8Days.requireOrder(RecoverySettings.DEFAULT_PARTICIPANTS_RETENTION);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keeping8Days.requireOrder(Duration.ofDays(8)))
                .withMessageContaining("keep (PT192H) must be longer than")
                .withMessageContaining("covenant.transactions.participant.retention (PT192H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keeping8Days.requireOrder(Duration.ofDays(4)))
                .withMessageContaining("keep (PT192H) must be shorter than twice");
    }

    private static TransactionSettings transactions(String name, String value) {
        return new Binder(
                        new MapConfigurationPropertySource(Map.of("covenant.coordinator.transactions." + name, value)))
                .bindOrCreate("covenant.coordinator.transactions", TransactionSettings.class);
    }

    private static RecoverySettings recovery(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("covenant.coordinator.recovery", RecoverySettings.class);
    }
}
