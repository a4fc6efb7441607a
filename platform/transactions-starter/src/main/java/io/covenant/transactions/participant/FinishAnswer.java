package io.covenant.transactions.participant;

/// What is known after a branch was told the decision.
public sealed interface FinishAnswer {

    /// It is as decided, with evidence.
    record Done() implements FinishAnswer {}

    /// It is not as decided, or cannot be shown to be; recorded for people to look at.
    record Hazard(String detail) implements FinishAnswer {}

    /// It was asked to settle, and has committed before.
    record Committed() implements FinishAnswer {}

    /// Not known yet; tell it again.
    record Unknown(String reason) implements FinishAnswer {}
}
