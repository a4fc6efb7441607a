package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Outcome.Unknown;

/// One thing that somebody asked for.
///
/// @param process who asked
/// @param invoked when, in any unit; an operation precedes another when its answer came before the other
///                was invoked, and at equal times neither precedes
public record Operation<I, O>(String process, I input, long invoked, Outcome<O> outcome) {

    public Operation {
        if (outcome instanceof Answered<O>(var output, var at) && at < invoked) {
            throw new IllegalArgumentException(
                    "%s was answered %s at %d, before it was invoked at %d".formatted(input, output, at, invoked));
        }
    }

    public static <I, O> Operation<I, O> answered(String process, I input, long invoked, O output, long at) {
        return new Operation<>(process, input, invoked, new Answered<>(output, at));
    }

    public static <I, O> Operation<I, O> unknown(String process, I input, long invoked) {
        return new Operation<>(process, input, invoked, new Unknown<>());
    }

    /// What was known of it at this time, when it was already invoked.
    Operation<I, O> asOf(long time) {
        return outcome instanceof Answered<O> answer && answer.at() > time ? unknown(process, input, invoked) : this;
    }

    @Override
    public String toString() {
        return input + " -> " + outcome;
    }
}
