package io.covenant.simulation.history;

import io.covenant.simulation.history.GuardedCounter.State;
import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Violation.Rule;
import java.util.List;
import java.util.Optional;

/// Counters that refuse whoever comes with an older token than they have seen.
public record GuardedCounter() implements Model<State, GuardedCounter.Input, GuardedCounter.Output> {

    /// @param token the greatest one seen
    public record State(long count, long token) {}

    public sealed interface Input {

        String counter();

        record Increment(String counter, long token) implements Input {
            @Override
            public String toString() {
                return "increment with " + token;
            }
        }

        record Read(String counter) implements Input {
            @Override
            public String toString() {
                return "read";
            }
        }
    }

    public sealed interface Output {

        /// What the counter shows, after the increment where there was one.
        record Count(long count) implements Output {
            @Override
            public String toString() {
                return String.valueOf(count);
            }
        }

        /// @param token the one that was seen
        record Fenced(long token) implements Output {
            @Override
            public String toString() {
                return "fenced by " + token;
            }
        }
    }

    @Override
    public State initial() {
        return new State(0, 0);
    }

    @Override
    public Optional<State> answered(State before, Input input, Output output) {
        return switch (input) {
            case Input.Read(var _) ->
                output.equals(new Output.Count(before.count())) ? Optional.of(before) : Optional.empty();
            case Input.Increment(var _, var token) ->
                switch (output) {
                    case Output.Count(var count) -> unanswered(before, input).filter(after -> after.count() == count);
                    case Output.Fenced(var seen) ->
                        token < before.token() && seen == before.token() ? Optional.of(before) : Optional.empty();
                };
        };
    }

    @Override
    public Optional<State> unanswered(State before, Input input) {
        return switch (input) {
            case Input.Read(var _) -> Optional.empty();
            case Input.Increment(var _, var token) ->
                token < before.token() ? Optional.empty() : Optional.of(new State(before.count() + 1, token));
        };
    }

    @Override
    public String part(Input input) {
        return input.counter();
    }

    /// The counter shows in the end what was acknowledged, and of what nobody knows any share.
    ///
    /// @param shows what it shows after all of the history
    public static List<Violation> everyIncrementCounts(History<Input, Output> history, String counter, long shows) {
        var acknowledged = 0;
        var unknown = 0;
        for (var operation : history.operations()) {
            if (operation.input() instanceof Input.Increment(var name, var _) && name.equals(counter)) {
                switch (operation.outcome()) {
                    case Answered<Output>(var output, var _) -> acknowledged += output instanceof Output.Count ? 1 : 0;
                    case Outcome.Unknown<Output>() -> unknown++;
                }
            }
        }
        return shows >= acknowledged && shows <= acknowledged + unknown
                ? List.of()
                : List.of(new Violation(
                        Rule.EVERY_INCREMENT_COUNTS,
                        "%s shows %d, with %d increments acknowledged and %d of unknown outcome"
                                .formatted(counter, shows, acknowledged, unknown)));
    }
}
