package io.covenant.simulation.history;

/// What [Linearizability] has to say about a history.
public sealed interface Verdict<I, O> {

    /// There is an order that explains every answer.
    ///
    /// @param configurations how many different pairs of a set of operations and a state were looked at
    record Linearizable<I, O>(int configurations) implements Verdict<I, O> {}

    /// No order does.
    record NotLinearizable<I, O>(Counterexample<I, O> counterexample) implements Verdict<I, O> {
        @Override
        public String toString() {
            return counterexample.toString();
        }
    }

    /// The search was given up as it would have had to remember too much; the history may be either.
    record Undecided<I, O>(String part, int configurations) implements Verdict<I, O> {
        @Override
        public String toString() {
            return "undecided after %,d configurations of '%s'".formatted(configurations, part);
        }
    }
}
