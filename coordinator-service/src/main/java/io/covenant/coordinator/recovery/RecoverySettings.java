package io.covenant.coordinator.recovery;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How what others left is found, and how long the past is kept.
///
/// @param look       how often to look for transactions of dead coordinators
/// @param batch      so many are taken over at a time
/// @param strayAge   a transaction that the store says is driven here, and is not, is taken up at this age; it is so
///                   after a crash of the database, which may forget end records
/// @param keep       how long transactions of which every branch has confirmed are remembered, and with them their
///                   decisions; longer than participants accept old transactions, shorter than they keep the
///                   barrier rows
/// @param purge      how often to look for what is to be forgotten
/// @param purgeBatch so many are forgotten in one database transaction
@ConfigurationProperties("covenant.coordinator.recovery")
public record RecoverySettings(
        @DefaultValue("500ms") Duration look,
        @DefaultValue("200") int batch,
        @DefaultValue("2s") Duration strayAge,
        @DefaultValue("8d") Duration keep,
        @DefaultValue("10m") Duration purge,
        @DefaultValue("1000") int purgeBatch) {

    /// Where participants say how old a transaction they accept, and where coordinators have to be told as well.
    public static final String PARTICIPANTS_RETENTION = "covenant.transactions.participant.retention";

    /// What participants say when they are not told otherwise.
    public static final Duration DEFAULT_PARTICIPANTS_RETENTION = Duration.ofDays(7);

    public RecoverySettings {
        require(look.isPositive(), "look", "must be positive");
        require(batch >= 1, "batch", "must be at least 1");
        require(strayAge.isPositive(), "stray-age", "must be positive");
        require(keep.isPositive(), "keep", "must be positive");
        require(purge.isPositive(), "purge", "must be positive");
        require(purgeBatch >= 1, "purge-batch", "must be at least 1");
    }

    public static RecoverySettings defaults() {
        return new RecoverySettings(
                Duration.ofMillis(500), 200, Duration.ofSeconds(2), Duration.ofDays(8), Duration.ofMinutes(10), 1000);
    }

    /// Refuses an order of forgetting in which participants could misunderstand.
    ///
    /// @param retention how old a transaction participants accept; they keep barrier rows for twice as long
    public void requireOrder(Duration retention) {
        require(
                keep.compareTo(retention) > 0,
                "keep",
                ("(%s) must be longer than %s (%s): of a transaction that no coordinator remembers, a repetition "
                                + "would be run as a new one")
                        .formatted(keep, PARTICIPANTS_RETENTION, retention));
        require(
                keep.compareTo(retention.multipliedBy(2)) < 0,
                "keep",
                ("(%s) must be shorter than twice %s (%s): a coordinator whose database is restored would tell "
                                + "decisions for which the barrier rows are purged, which makes HAZARDs of them")
                        .formatted(keep, PARTICIPANTS_RETENTION, retention));
    }

    private static void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("covenant.coordinator.recovery.%s %s".formatted(name, rule));
        }
    }
}
