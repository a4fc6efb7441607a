package io.covenant.transactions.saga;

import io.covenant.transactions.Refusal;

/// A step's answer to whatever it was asked.
public sealed interface SagaAnswer {

    /// The action is done, durably.
    record Succeeded() implements SagaAnswer {}

    /// The action is begun, durably; that it is done will be reported, and is told whoever asks again.
    record Accepted() implements SagaAnswer {}

    /// The step will never be done; or, asked to compensate, it cannot be.
    record Refused(Refusal why) implements SagaAnswer {}

    /// The compensation failed and is rolled back; it may work another time.
    record Failed(Refusal why) implements SagaAnswer {}

    /// The step is compensated, or never was and never will be done; durably.
    record Undone() implements SagaAnswer {}

    /// The step was not done, and never will be; durably.
    record Fenced() implements SagaAnswer {}
}
