package io.covenant.coordinator.recovery;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How what others left is found, and how long the past is kept.
///
/// @param look       how often to look for transactions of dead coordinators
/// @param batch      so many are taken over at a time
/// @param strayAge   a transaction that the store says is driven here, and is not, is taken up at this age
/// @param keep       how long finished transactions and decisions are remembered; a participant that asks for an
///                   outcome, or a client that repeats a request, must do so before
/// @param purge      how often to look for what is to be forgotten
/// @param purgeBatch so many are forgotten in one database transaction
@ConfigurationProperties("covenant.coordinator.recovery")
public record RecoverySettings(
        @DefaultValue("500ms") Duration look,
        @DefaultValue("200") int batch,
        @DefaultValue("10s") Duration strayAge,
        @DefaultValue("7d") Duration keep,
        @DefaultValue("10m") Duration purge,
        @DefaultValue("1000") int purgeBatch) {

    public static RecoverySettings defaults() {
        return new RecoverySettings(
                Duration.ofMillis(500), 200, Duration.ofSeconds(10), Duration.ofDays(7), Duration.ofMinutes(10), 1000);
    }
}
