package io.covenant.locks.primary;

import io.covenant.locks.namespace.Token;
import java.time.Duration;

/// Times and bounds of a primary.
///
/// @param grace      that a new primary gives each session at least
/// @param checkpoint how often renewals are noted in the log
/// @param time       how often the time is noted in the log while an election's gift to some session runs
/// @param stall      when this much time passed without a sign of time, the process stood still: its leases
///                   are prolonged by as much, since keep-alives may lie unread
/// @param retry      after which something refused is tried again
/// @param gather     from the beginning of one round that confirms the leadership for keep-alives to that of the next:
///                   those that come meanwhile share it
/// @param waiting    requests that wait for a grant, and keep-alives that wait for this primary to be armed;
///                   a request beyond is answered at once that it is queued
/// @param inFlight   proposals of this primary's own at one time, of each kind
/// @param epoch      that the state must have reached before a client is answered: a restore is followed by a
///                   higher one than all before, see [io.covenant.locks.namespace.Token]
public record PrimarySettings(
        Duration grace,
        Duration checkpoint,
        Duration time,
        Duration stall,
        Duration retry,
        Duration gather,
        int waiting,
        int inFlight,
        long epoch) {

    public PrimarySettings {
        if (grace.isNegative()
                || checkpoint.toMillis() < 1
                || time.toMillis() < 1
                || stall.toMillis() < 1
                || retry.toMillis() < 1) {
            throw new IllegalArgumentException("times are positive");
        }
        if (gather.isNegative() || gather.compareTo(stall) > 0) {
            throw new IllegalArgumentException("keep-alives gather for less than a stall, not for " + gather);
        }
        if (waiting < 0 || inFlight < 1) {
            throw new IllegalArgumentException("bounds are positive");
        }
        if (epoch < 0 || epoch > Token.MAX_EPOCH) {
            throw new IllegalArgumentException("an epoch is between 0 and " + Token.MAX_EPOCH + ", not " + epoch);
        }
    }

    /// 10 s of grace, a checkpoint each 5 s, the time each 500 ms, a stall of 1 s, retries after 50 ms, a round
    /// each 20 ms at most.
    public static PrimarySettings standard() {
        return new PrimarySettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofMillis(50),
                Duration.ofMillis(20),
                16_384,
                256,
                0);
    }

    public PrimarySettings withGrace(Duration other) {
        return new PrimarySettings(other, checkpoint, time, stall, retry, gather, waiting, inFlight, epoch);
    }

    public PrimarySettings withCheckpoint(Duration other) {
        return new PrimarySettings(grace, other, time, stall, retry, gather, waiting, inFlight, epoch);
    }

    public PrimarySettings withWaiting(int requests) {
        return new PrimarySettings(grace, checkpoint, time, stall, retry, gather, requests, inFlight, epoch);
    }

    public PrimarySettings withEpoch(long least) {
        return new PrimarySettings(grace, checkpoint, time, stall, retry, gather, waiting, inFlight, least);
    }
}
