package io.covenant.coordinator.transaction;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How transactions are run.
///
/// @param maxUndecided           so many transactions may be under way without a decision; beyond that, 503
/// @param maxUnfinished          so many may be held in memory, those included whose branches have still to be told
/// @param defaultDeadline        when undecided after this long a transaction aborts, unless its initiator says
///                               otherwise
/// @param maxDeadline            the longest deadline that an initiator may ask for
/// @param maxBranches            the most branches that a transaction has
/// @param maxPayload             the longest payload of a branch
/// @param preparePatience        how long to wait for a vote before asking another instance for it; longer than a
///                               participant waits for a lock, so that its refusal arrives
/// @param abortPatience          how long an abort waits for the vote of a branch that is being worked on; to tell it
///                               at once would have the participant break off the work by force, which costs more
/// @param finishPatience         how long to wait for a confirmation before telling another instance
/// @param finishRequestsInFlight so many requests at a time tell one service what was decided; what comes meanwhile
///                               goes into the next: the fewer, the more branches share a request and a forced write,
///                               but one request that hangs should leave another
/// @param maxFinishBatch         the most branches told in one request
/// @param firstRetry             the pause before the first repetition, doubled for each further one
/// @param longestRetry           the longest pause between repetitions
/// @param gatherEnds             how long end records, which nobody waits for, gather before they are written
@ConfigurationProperties("covenant.coordinator.transactions")
public record TransactionSettings(
        @DefaultValue("2000") int maxUndecided,
        @DefaultValue("20000") int maxUnfinished,
        @DefaultValue("3s") Duration defaultDeadline,
        @DefaultValue("60s") Duration maxDeadline,
        @DefaultValue("32") int maxBranches,
        @DefaultValue("64KB") DataSize maxPayload,
        @DefaultValue("1500ms") Duration preparePatience,
        @DefaultValue("200ms") Duration abortPatience,
        @DefaultValue("1s") Duration finishPatience,
        @DefaultValue("2") int finishRequestsInFlight,
        @DefaultValue("200") int maxFinishBatch,
        @DefaultValue("50ms") Duration firstRetry,
        @DefaultValue("2s") Duration longestRetry,
        @DefaultValue("10ms") Duration gatherEnds) {

    public static TransactionSettings defaults() {
        return new TransactionSettings(
                2000,
                20_000,
                Duration.ofSeconds(3),
                Duration.ofSeconds(60),
                32,
                DataSize.ofKilobytes(64),
                Duration.ofMillis(1500),
                Duration.ofMillis(200),
                Duration.ofSeconds(1),
                2,
                200,
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofMillis(10));
    }

    /// The same with so many requests at a time to tell one service what was decided.
    public TransactionSettings withFinishRequestsInFlight(int requests) {
        return new TransactionSettings(
                maxUndecided,
                maxUnfinished,
                defaultDeadline,
                maxDeadline,
                maxBranches,
                maxPayload,
                preparePatience,
                abortPatience,
                finishPatience,
                requests,
                maxFinishBatch,
                firstRetry,
                longestRetry,
                gatherEnds);
    }

    /// The same with so much patience before a branch that is being worked on is told to abort.
    public TransactionSettings withAbortPatience(Duration patience) {
        return new TransactionSettings(
                maxUndecided,
                maxUnfinished,
                defaultDeadline,
                maxDeadline,
                maxBranches,
                maxPayload,
                preparePatience,
                patience,
                finishPatience,
                finishRequestsInFlight,
                maxFinishBatch,
                firstRetry,
                longestRetry,
                gatherEnds);
    }
}
