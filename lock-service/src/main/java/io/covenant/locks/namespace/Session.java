package io.covenant.locks.namespace;

/// A client's session. All of it is replicated state.
///
/// @param id             the token of the entry that opened it
/// @param renewSeq       the last renewal that the log knows of; the primary may know of later ones
/// @param leaseMillis    that the lease had left at `leaseAtMillis`
/// @param extendedMillis that elections added to the lease since the last renewal that the log knows of
public record Session(
        long id,
        String name,
        String principal,
        long ttlMillis,
        long renewSeq,
        long leaseMillis,
        long leaseAtMillis,
        long extendedMillis,
        Requests requests) {

    Session with(Requests others) {
        return new Session(
                id, name, principal, ttlMillis, renewSeq, leaseMillis, leaseAtMillis, extendedMillis, others);
    }

    Session leased(long seq, long remaining, long at, long extended) {
        return new Session(id, name, principal, ttlMillis, seq, remaining, at, extended, requests);
    }
}
