package io.covenant.simulation.history;

import io.covenant.simulation.history.FencedLock.State;
import io.covenant.simulation.history.Outcome.Answered;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Exclusive locks whose every grant carries a token greater than all before of the same lock, and which a
/// holder can lose.
///
/// A loss is an operation like the others, of whoever makes the holder lose it: invoked when the lease may
/// end at the earliest, answered when it is known to have ended. For a holder that nobody has heard of any
/// more it is one of unknown outcome.
public record FencedLock() implements Model<State, FencedLock.Input, FencedLock.Output> {

    /// @param holding   what is held now
    /// @param lastToken the greatest that anybody saw
    public record State(Optional<Holding> holding, long lastToken) {
        @Override
        public String toString() {
            return holding.map(Holding::toString).orElse("free") + ", last token " + lastToken;
        }
    }

    /// @param token empty when the answer to the grant was never seen
    public record Holding(String holder, OptionalLong token) {
        @Override
        public String toString() {
            return "held by " + holder;
        }
    }

    public sealed interface Input {

        String lock();

        record Acquire(String lock, String holder) implements Input {
            @Override
            public String toString() {
                return "acquire for " + holder;
            }
        }

        record Release(String lock, String holder, long token) implements Input {
            @Override
            public String toString() {
                return "release %s's %d".formatted(holder, token);
            }
        }

        /// This holder's session ends: it holds this lock no longer, if it did.
        record Lose(String lock, String holder) implements Input {
            @Override
            public String toString() {
                return holder + " loses it";
            }
        }
    }

    public sealed interface Output {

        record Granted(long token) implements Output {
            @Override
            public String toString() {
                return "granted " + token;
            }
        }

        /// Somebody holds it.
        record Busy() implements Output {
            @Override
            public String toString() {
                return "busy";
            }
        }

        record Released() implements Output {
            @Override
            public String toString() {
                return "released";
            }
        }

        /// It was not held under this token.
        record NotHeld() implements Output {
            @Override
            public String toString() {
                return "not held";
            }
        }

        record Lost() implements Output {
            @Override
            public String toString() {
                return "lost";
            }
        }
    }

    @Override
    public State initial() {
        return new State(Optional.empty(), 0);
    }

    @Override
    public Optional<State> answered(State before, Input input, Output output) {
        return switch (input) {
            case Input.Acquire(var _, var holder) ->
                switch (output) {
                    case Output.Granted(var token)
                    when before.holding().isEmpty() && token > before.lastToken() ->
                        Optional.of(new State(Optional.of(new Holding(holder, OptionalLong.of(token))), token));
                    case Output.Busy() when before.holding().isPresent() -> Optional.of(before);
                    case Output _ -> Optional.empty();
                };
            case Input.Release(var _, var holder, var token) ->
                switch (output) {
                    case Output.Released() when mayHold(before, holder, token) -> Optional.of(free(before, token));
                    case Output.NotHeld() when !holds(before, holder, token) -> Optional.of(before);
                    case Output _ -> Optional.empty();
                };
            case Input.Lose(var _, var holder) ->
                output instanceof Output.Lost ? Optional.of(without(before, holder)) : Optional.empty();
        };
    }

    @Override
    public Optional<State> unanswered(State before, Input input) {
        var after = switch (input) {
            case Input.Acquire(var _, var holder)
            when before.holding().isEmpty() ->
                new State(Optional.of(new Holding(holder, OptionalLong.empty())), before.lastToken());
            case Input.Acquire _ -> before;
            case Input.Release(var _, var holder, var token) ->
                mayHold(before, holder, token) ? free(before, token) : before;
            case Input.Lose(var _, var holder) -> without(before, holder);
        };
        return after.equals(before) ? Optional.empty() : Optional.of(after);
    }

    @Override
    public String part(Input input) {
        return input.lock();
    }

    /// What was granted, for [LockRules#tokensRise].
    public static List<Grant> grants(History<Input, Output> history) {
        return history.operations().stream()
                .flatMap(operation -> operation.input() instanceof Input.Acquire(var lock, var holder)
                                && operation.outcome() instanceof Answered<Output>(var output, var at)
                                && output instanceof Output.Granted(var token)
                        ? Stream.of(new Grant(lock, holder, token, operation.invoked(), at))
                        : Stream.of())
                .toList();
    }

    private static boolean mayHold(State state, String holder, long token) {
        return state.holding()
                .filter(holding -> holding.holder().equals(holder))
                .filter(holding ->
                        holding.token().isPresent() ? holding.token().getAsLong() == token : token >= state.lastToken())
                .isPresent();
    }

    private static boolean holds(State state, String holder, long token) {
        return state.holding()
                .filter(holding -> holding.equals(new Holding(holder, OptionalLong.of(token))))
                .isPresent();
    }

    private static State free(State before, long token) {
        return new State(Optional.empty(), Math.max(before.lastToken(), token));
    }

    private static State without(State before, String holder) {
        return before.holding()
                        .filter(holding -> holding.holder().equals(holder))
                        .isPresent()
                ? new State(Optional.empty(), before.lastToken())
                : before;
    }
}
