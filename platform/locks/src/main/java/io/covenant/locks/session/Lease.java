package io.covenant.locks.session;

/// For how long a client may believe in its session, by its own clocks.
///
/// The service counts a lease from when it *received* a keep-alive, the client from when it *sent* it, and with a
/// margin: so the client ends first. Clocks of two machines are never compared.
///
/// @param sent          when the message that won the lease was sent
/// @param deadlineNanos on the monotonic clock
/// @param jumpMillis    a larger disagreement of the clocks since then means that the machine slept, or worse
public record Lease(Moment sent, long deadlineNanos, long jumpMillis) {

    /// Of a session that has none.
    static final Lease NONE = new Lease(new Moment(0, 0), Long.MIN_VALUE, 0);

    static Lease of(Moment sent, long ttlMillis, SessionSettings settings) {
        long trusted = (long) (ttlMillis * (1 - settings.drift())) - settings.marginMillis();
        return new Lease(sent, sent.plusMillis(trusted), settings.marginMillis());
    }

    /// Whether the session still lives, as far as can be known without asking.
    public boolean covers(Moment now) {
        return now.nanos() < deadlineNanos && now.disagreementMillis(sent) <= jumpMillis;
    }

    public long remainingMillis(Moment now) {
        return covers(now) ? (deadlineNanos - now.nanos()) / Moment.MILLI : 0;
    }
}
