package io.covenant.transactions;

/// A branch's answer to `prepare`.
public sealed interface Vote {

    /// Prepared: the branch can commit or abort from here on, whatever crashes.
    record Yes() implements Vote {}

    /// Refused and already rolled back; the branch needs to hear no decision.
    record No(Refusal refusal) implements Vote {}

    /// Nothing was written; the branch is over and needs to hear no decision.
    record ReadOnly() implements Vote {}
}
