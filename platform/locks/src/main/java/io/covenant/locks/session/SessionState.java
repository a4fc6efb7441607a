package io.covenant.locks.session;

/// What a client knows of its session.
public enum SessionState {
    /// It is asked for.
    OPENING,
    /// Its lease holds by the client's own clocks.
    SAFE,
    /// Its lease ran out by the client's own clocks; the service may still know it. Held locks must not be relied upon.
    JEOPARDY,
    /// It has ended, and with it every lock.
    EXPIRED,
    /// The client closed it.
    CLOSED;

    /// Whether nothing follows.
    public boolean ended() {
        return this == EXPIRED || this == CLOSED;
    }
}
