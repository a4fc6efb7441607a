package io.covenant.simulation.history;

/// A mistake that was found in a history.
///
/// @param what who did what and when, for a reader
public record Violation(Rule rule, String what) {

    public enum Rule {
        ONE_HOLDER_AT_A_TIME,
        TOKENS_RISE,
        FIRST_COME_FIRST_SERVED,
        EVERY_INCREMENT_COUNTS,
        NOTHING_MISSED
    }

    @Override
    public String toString() {
        return rule + ": " + what;
    }
}
