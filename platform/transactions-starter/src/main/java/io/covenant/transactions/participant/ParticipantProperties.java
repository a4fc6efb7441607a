package io.covenant.transactions.participant;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How this service takes part in transactions.
///
/// @param lockTimeout      how long a branch waits for one lock; never longer than its transaction's deadline
/// @param fenceLockTimeout how long an abort waits for a branch that is still being worked on, each time
/// @param fenceAttempts    how many times it waits so, before the coordinator is asked to tell it again
/// @param finishers        the most branches that are committed or rolled back at the same time; they have a
///                         connection pool of this size of their own
/// @param retention        transactions that are older are refused, because barrier rows are kept for twice as long
///                         only; coordinators remember them for a time in between, see
///                         `docs/decisions/0013-forgetting.md`, and know of another retention than the default if
///                         they are configured with this very key
/// @param hazardRetention  how long a hazard stays on record for somebody to look at; it is counted and logged in
///                         any case
/// @param maxPreparedAge   a branch that is prepared for longer than this makes the service's health DOWN
/// @param sweep            how it looks after branches whose coordinator has not come back
/// @param local            how it works on branches that commit by themselves
@ConfigurationProperties("covenant.transactions.participant")
public record ParticipantProperties(
        @DefaultValue("1s") Duration lockTimeout,
        @DefaultValue("200ms") Duration fenceLockTimeout,
        @DefaultValue("5") int fenceAttempts,
        @DefaultValue("8") int finishers,
        @DefaultValue("7d") Duration retention,
        @DefaultValue("30d") Duration hazardRetention,
        @DefaultValue("10s") Duration maxPreparedAge,
        @DefaultValue Sweep sweep,
        @DefaultValue Local local) {

    /// @param holds       how long a reservation lasts before it asks what becomes of it; at least for as long as its
    ///                    transaction has time
    /// @param workTimeout how long a confirmation, a cancellation, a step or a compensation may work
    public record Local(
            @DefaultValue("10s") Duration holds,
            @DefaultValue("10s") Duration workTimeout) {

        public Local {
            requirePositive("local.holds", holds);
            requirePositive("local.work-timeout", workTimeout);
        }
    }

    /// @param enabled     whether to look at all
    /// @param interval    how often, give or take a fifth
    /// @param minAge      how long a branch has to be prepared before its coordinator is asked
    /// @param timeout     how long a coordinator may take to answer
    /// @param coordinator the name of the coordinators' service
    public record Sweep(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration interval,
            @DefaultValue("2s") Duration minAge,
            @DefaultValue("2s") Duration timeout,
            @DefaultValue("coordinator") String coordinator) {

        public Sweep {
            requirePositive("sweep.interval", interval);
            requirePositive("sweep.timeout", timeout);
        }
    }

    public ParticipantProperties {
        requirePositive("lock-timeout", lockTimeout);
        requirePositive("fence-lock-timeout", fenceLockTimeout);
        requirePositive("max-prepared-age", maxPreparedAge);
        require(fenceAttempts >= 1, "fence-attempts", "must be at least 1");
        require(finishers >= 1, "finishers", "must be at least 1");
        require(
                retention.compareTo(Duration.ofHours(1)) >= 0,
                "retention",
                "must be at least an hour: it has to outlast every retry of every coordinator");
        require(
                hazardRetention.compareTo(retention) >= 0,
                "hazard-retention",
                "must be at least as long as the retention: nobody forgets a hazard of which there may be more to hear");
    }

    private static void requirePositive(String name, Duration duration) {
        require(duration.toMillis() >= 1, name, "must be at least 1 ms");
    }

    private static void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("covenant.transactions.participant.%s %s".formatted(name, rule));
        }
    }

    /// Twice as long as requests are not refused for being too old: clocks differ, a branch may be prepared for long.
    public Duration barriersKept() {
        return retention.multipliedBy(2);
    }

    BranchLimits limits() {
        return new BranchLimits(lockTimeout, fenceLockTimeout, fenceAttempts);
    }
}
