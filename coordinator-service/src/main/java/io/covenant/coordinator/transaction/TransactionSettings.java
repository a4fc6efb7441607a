package io.covenant.coordinator.transaction;

import io.covenant.transactions.threephase.TimeOutRule;
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
/// @param rollbackPatience       how long the answer to an aborted transaction waits for its branches to roll back
/// @param finishPatience         how long to wait for a confirmation before telling another instance
/// @param finishRequestsInFlight so many requests at a time tell one service what was decided; what comes meanwhile
///                               goes into the next: the fewer, the more branches share a request and a forced write,
///                               but one request that hangs should leave another
/// @param maxFinishBatch         the most branches told in one request
/// @param firstRetry             the pause before the first repetition, doubled for each further one
/// @param longestRetry           the longest pause between repetitions
/// @param paceBegins             under load, the time from one write of begin records to the next, so that more of them
///                               share it
/// @param paceDecisions          the same for decisions, whose writes are forced; without effect on a disk that is
///                               slower
/// @param paceAbove              the load: with more undecided transactions than this
/// @param gatherEnds             how long end records, which nobody waits for, gather before they are written
/// @param unsafeTextbookTimeouts whether whoever waits for too long decides a three-phase commit alone, as
///                               textbooks draw it; `covenant.transactions.threephase` sets it too
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
        @DefaultValue("500ms") Duration rollbackPatience,
        @DefaultValue("1s") Duration finishPatience,
        @DefaultValue("2") int finishRequestsInFlight,
        @DefaultValue("200") int maxFinishBatch,
        @DefaultValue("50ms") Duration firstRetry,
        @DefaultValue("2s") Duration longestRetry,
        @DefaultValue("2ms") Duration paceBegins,
        @DefaultValue("7ms") Duration paceDecisions,
        @DefaultValue("12") int paceAbove,
        @DefaultValue("10ms") Duration gatherEnds,
        @DefaultValue("false") boolean unsafeTextbookTimeouts) {

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
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                2,
                200,
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofMillis(2),
                Duration.ofMillis(7),
                12,
                Duration.ofMillis(10),
                false);
    }

    /// What a three-phase commit does when its time is up.
    TimeOutRule timeOuts() {
        return unsafeTextbookTimeouts ? TimeOutRule.UNSAFE_TEXTBOOK : TimeOutRule.ELECT;
    }

    public TransactionSettings {
        require(maxUndecided >= 1, "max-undecided", "must be at least 1");
        require(maxUnfinished >= 1, "max-unfinished", "must be at least 1");
        require(defaultDeadline.isPositive(), "default-deadline", "must be positive");
        require(maxDeadline.compareTo(defaultDeadline) >= 0, "max-deadline", "must not be below default-deadline");
        require(maxBranches >= 1, "max-branches", "must be at least 1");
        require(maxPayload.toBytes() >= 1, "max-payload", "must be at least 1 byte");
        require(preparePatience.isPositive(), "prepare-patience", "must be positive");
        require(!abortPatience.isNegative(), "abort-patience", "must not be negative");
        require(!rollbackPatience.isNegative(), "rollback-patience", "must not be negative");
        require(finishPatience.isPositive(), "finish-patience", "must be positive");
        require(finishRequestsInFlight >= 1, "finish-requests-in-flight", "must be at least 1");
        require(maxFinishBatch >= 1, "max-finish-batch", "must be at least 1");
        require(firstRetry.isPositive(), "first-retry", "must be positive");
        require(longestRetry.compareTo(firstRetry) >= 0, "longest-retry", "must not be below first-retry");
        require(!paceBegins.isNegative(), "pace-begins", "must not be negative");
        require(!paceDecisions.isNegative(), "pace-decisions", "must not be negative");
        require(paceAbove >= 0, "pace-above", "must not be negative");
        require(!gatherEnds.isNegative(), "gather-ends", "must not be negative");
    }

    private static void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("covenant.coordinator.transactions.%s %s".formatted(name, rule));
        }
    }
}
