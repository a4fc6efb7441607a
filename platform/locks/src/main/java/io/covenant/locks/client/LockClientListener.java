package io.covenant.locks.client;

import java.time.Duration;

/// Hears what happens in a client. Called one after the other, by a thread of the client: must not block.
public interface LockClientListener {

    /// On [SessionState#JEOPARDY] stop what may not be done twice; on [SessionState#EXPIRED] every lock is lost.
    default void sessionChanged(SessionChange change) {}

    /// A lock is gone that was not released.
    default void lockLost(LeasedLock lock, String why) {}

    /// @param operation acquire, release, put-file ...
    /// @param outcome   held, done, refused, timed-out, unavailable, session-ended
    default void settled(String operation, String outcome, Duration took) {}
}
