package io.covenant.transactions.tcc;

import io.covenant.transactions.Refusal;
import java.time.Duration;

/// A branch's answer to `try`.
public sealed interface TryAnswer {

    /// Reserved, durably: the branch can confirm or cancel from here on, whatever crashes.
    ///
    /// @param holds how long until the branch asks what becomes of it; counted from when it was asked, so
    ///              that no two clocks are compared
    record Reserved(Duration holds) implements TryAnswer {}

    /// Refused and rolled back; the branch needs to hear no decision.
    record Refused(Refusal refusal) implements TryAnswer {}

    /// There was nothing to reserve; the branch is over and needs to hear no decision.
    record Nothing() implements TryAnswer {}
}
