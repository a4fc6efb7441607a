package io.covenant.simulation.history;

/// What became of an operation, as its caller knows.
public sealed interface Outcome<O> {

    record Answered<O>(O output, long at) implements Outcome<O> {
        @Override
        public String toString() {
            return output.toString();
        }
    }

    /// Time ran out, the connection broke, the caller died: it may have had its effect, may still have it
    /// at any time, or never.
    record Unknown<O>() implements Outcome<O> {
        @Override
        public String toString() {
            return "?";
        }
    }
}
