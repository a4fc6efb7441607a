package io.covenant.transactions.crash;

/// Which of the requests about a branch dies.
enum Phase {
    /// The one that has it do its work.
    WORK,
    /// None: the service dies when nobody asks it anything.
    BETWEEN,
    /// The one that tells it how it ends.
    END
}
