package io.covenant.locks.spring.jobs;

/// Whether this instance is the one that does a job.
///
/// A lease elects, it does not exclude: an instance that stops right after it was told [#LEADS] may go on
/// beside its successor. What must not happen twice shows its [token][Leadership#token] to the resource, or
/// is safe by the database.
public enum Standing {
    /// It is.
    LEADS,
    /// Another one is, as far as is known.
    FOLLOWS,
    /// The lock service does not answer; each job decides what that means for it.
    UNKNOWN,
    /// There is no lock service, so nobody is elected.
    UNGUARDED
}
