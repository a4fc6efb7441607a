package io.covenant.benchmarks.locks;

/// One end of a primary.
///
/// @param abrupt killed, not asked to stop
/// @param node that was the primary
/// @param micros killed: until a client holds a lock that it asked for after that; stopped: the longest time without a
///               grant for a client that goes on asking
/// @param sessionsLost since the end before
/// @param locksLost of those that were held all the time
record FailOver(boolean abrupt, String node, long micros, int sessionsLost, int locksLost) {

    double millis() {
        return micros / 1e3;
    }
}
