package io.covenant.locks.namespace;

/// Who holds or waits: a strand of work within a session. Re-entrancy and the detection of deadlocks look at
/// owners; everything else looks at sessions.
///
/// @param strand chosen by the client, a thread for instance; 0 where the session works one thing at a time
public record Owner(long session, long strand) {}
