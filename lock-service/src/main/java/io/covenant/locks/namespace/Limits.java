package io.covenant.locks.namespace;

/// The bounds of the replicated state. They are part of it and of its snapshot: replicas that refused
/// differently would no longer be equal.
///
/// @param minTtlMillis        a shorter lease than this would not outlive one lost packet
/// @param maxTtlMillis        for so long at most a crashed holder's lock stays taken
/// @param sessions            at one time
/// @param nameChars           of a lock's name, a path, a session's name or a principal
/// @param textChars           of an operator's reason
/// @param requestsPerSession  that the session has not acknowledged
/// @param requests            that all sessions have not acknowledged
/// @param wantsPerRequest     names that one request acquires together
/// @param holdsPerSession     names that one session holds at one time
/// @param reentries           of one owner into one lock
/// @param names               that are held or waited for
/// @param holders             that share one lock, or permits of one semaphore
/// @param waitersPerName      in one queue
/// @param waiters             in all queues
/// @param maxWaitMillis       of a wait that is not for ever
/// @param maxLockDelayMillis  as in Chubby, one minute
/// @param maxExtensionMillis  by which elections may prolong the lease of a session that does not renew it
/// @param valueBytes          that a candidate proclaims
/// @param fileBytes           in one file
/// @param files               files and directories
/// @param filesPerDirectory   files and directories right under one directory
/// @param bytes               of all files, access lists and proclaimed values
/// @param principals          in one access list
/// @param audit               entries that are remembered
public record Limits(
        long minTtlMillis,
        long maxTtlMillis,
        int sessions,
        int nameChars,
        int textChars,
        int requestsPerSession,
        int requests,
        int wantsPerRequest,
        int holdsPerSession,
        int reentries,
        int names,
        int holders,
        int waitersPerName,
        int waiters,
        long maxWaitMillis,
        long maxLockDelayMillis,
        long maxExtensionMillis,
        int valueBytes,
        int fileBytes,
        int files,
        int filesPerDirectory,
        long bytes,
        int principals,
        int audit) {

    /// What the service uses.
    public static Limits standard() {
        return new Limits(
                1_000,
                600_000,
                100_000,
                255,
                512,
                256,
                500_000,
                64,
                10_000,
                256,
                200_000,
                4_096,
                4_096,
                65_536,
                3_600_000,
                60_000,
                120_000,
                512,
                65_536,
                100_000,
                10_000,
                128L << 20,
                64,
                1_000);
    }
}
