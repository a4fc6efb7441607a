package io.covenant.locks.cluster;

import io.covenant.simulation.history.Model;
import java.util.Optional;

/// Small files, written under the condition of a generation or under none.
public record Files() implements Model<Files.State, Files.Input, Files.Output> {

    public static final long ANY = -1;
    private static final long UNSEEN = -2;

    /// @param generation of the content; 0 when there is none, or [#UNSEEN] when nobody was told
    /// @param highest    that anybody was told
    public record State(String content, long generation, long highest) {}

    public sealed interface Input {

        String path();

        record Write(String path, String content, long expected) implements Input {}

        record Read(String path) implements Input {}
    }

    public sealed interface Output {

        record Written(long generation) implements Output {}

        record WrongGeneration(long current) implements Output {}

        record Content(long generation, String content) implements Output {}
    }

    @Override
    public State initial() {
        return new State("", 0, 0);
    }

    @Override
    public Optional<State> answered(State before, Input input, Output output) {
        return switch (input) {
            case Input.Write(var _, var content, var expected) ->
                switch (output) {
                    case Output.Written(var generation)
                    when generation > before.highest() && mayBe(before, expected) ->
                        Optional.of(new State(content, generation, generation));
                    case Output.WrongGeneration(var current)
                    when current != expected && mayBe(before, current) -> Optional.of(known(before, current));
                    case Output _ -> Optional.empty();
                };
            case Input.Read _ ->
                output instanceof Output.Content(var generation, var content)
                                && content.equals(before.content())
                                && mayBe(before, generation)
                        ? Optional.of(known(before, generation))
                        : Optional.empty();
        };
    }

    private static boolean mayBe(State state, long generation) {
        if (generation == ANY) {
            return true;
        }
        return state.generation() == UNSEEN ? generation > state.highest() : state.generation() == generation;
    }

    private static State known(State state, long generation) {
        return new State(state.content(), generation, Math.max(state.highest(), generation));
    }

    @Override
    public Optional<State> unanswered(State before, Input input) {
        return input instanceof Input.Write(var _, var content, var expected) && mayBe(before, expected)
                ? Optional.of(new State(content, UNSEEN, Math.max(before.highest(), expected)))
                : Optional.empty();
    }

    @Override
    public String part(Input input) {
        return input.path();
    }
}
