package io.covenant.transactions.local;

import java.time.Duration;

/// How long everybody remembers, in the order in which nobody gets a wrong answer.
///
/// @param accepts how old a transaction may be to be worked for
public record Memory(Duration accepts) {

    /// How long coordinators keep what is over.
    Duration keeps() {
        return accepts.multipliedBy(3).dividedBy(2);
    }

    /// How long barrier rows are kept.
    Duration rows() {
        return accepts.multipliedBy(2);
    }

    /// Something that comes so late meets nobody who remembers.
    Duration beyond() {
        return accepts.multipliedBy(3).plusSeconds(1);
    }
}
