package io.covenant.locks.session;

/// A reading of a client's two clocks.
///
/// @param nanos      since the client began, on the monotonic clock, which may stand still while a machine is suspended
/// @param wallMillis on the wall clock, which may jump
public record Moment(long nanos, long wallMillis) {

    static final long MILLI = 1_000_000;

    /// By how much the clocks disagree about the time since another moment.
    long disagreementMillis(Moment since) {
        return Math.abs((wallMillis - since.wallMillis) - (nanos - since.nanos) / MILLI);
    }

    long plusMillis(long millis) {
        return nanos + millis * MILLI;
    }
}
