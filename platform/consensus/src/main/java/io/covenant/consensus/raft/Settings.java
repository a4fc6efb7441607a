package io.covenant.consensus.raft;

import java.time.Duration;

/// Bounds and times of a kernel.
///
/// @param electionTimeout       silence of the leader after which an election may start; each node waits up
///                              to twice as long; a leader that hears no majority for as long steps down
/// @param heartbeat             how often a leader with nothing to say speaks
/// @param transferTimeout       after which a hand-over of the leadership is given up
/// @param maxInFlight           messages with entries on their way to one follower
/// @param maxMessageBytes       of entries in one message, unless a single entry is larger
/// @param maxUncommittedEntries above which proposals are refused
/// @param maxUncommittedBytes   above which proposals are refused
/// @param maxCommandBytes       of one command
/// @param maxConfirmations      confirmations of leadership waiting at once
/// @param cachedBytes           of entries kept in memory though they are committed and durable
/// @param trailingEntries       kept on disk before a snapshot, for followers a little behind
/// @param snapshotChunkBytes    of a snapshot in one message
/// @param promotionLag          entries that a learner may lack when it is promoted
public record Settings(
        Duration electionTimeout,
        Duration heartbeat,
        Duration transferTimeout,
        int maxInFlight,
        int maxMessageBytes,
        int maxUncommittedEntries,
        long maxUncommittedBytes,
        int maxCommandBytes,
        int maxConfirmations,
        long cachedBytes,
        int trailingEntries,
        int snapshotChunkBytes,
        int promotionLag) {

    public Settings {
        if (heartbeat.isNegative()
                || heartbeat.isZero()
                || heartbeat.multipliedBy(2).compareTo(electionTimeout) > 0) {
            throw new IllegalArgumentException("an election time-out holds two heartbeats at least");
        }
        positive(transferTimeout.toNanos(), "transferTimeout");
        positive(maxInFlight, "maxInFlight");
        positive(maxMessageBytes, "maxMessageBytes");
        positive(maxUncommittedEntries, "maxUncommittedEntries");
        positive(maxUncommittedBytes, "maxUncommittedBytes");
        positive(maxCommandBytes, "maxCommandBytes");
        positive(maxConfirmations, "maxConfirmations");
        positive(snapshotChunkBytes, "snapshotChunkBytes");
        if (cachedBytes < 0 || trailingEntries < 0 || promotionLag < 0) {
            throw new IllegalArgumentException("nothing is less than 0");
        }
    }

    private static void positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is positive, not " + value);
        }
    }

    /// For nodes near each other, with room for a busy machine's pauses.
    public static Settings standard() {
        return new Settings(
                Duration.ofMillis(1_000),
                Duration.ofMillis(100),
                Duration.ofMillis(1_000),
                32,
                256 * 1024,
                16_384,
                16L << 20,
                1 << 20,
                65_536,
                16L << 20,
                4_096,
                64 * 1024,
                64);
    }

    /// The same with other times.
    public Settings times(Duration election, Duration beat) {
        return new Settings(
                election,
                beat,
                election,
                maxInFlight,
                maxMessageBytes,
                maxUncommittedEntries,
                maxUncommittedBytes,
                maxCommandBytes,
                maxConfirmations,
                cachedBytes,
                trailingEntries,
                snapshotChunkBytes,
                promotionLag);
    }
}
