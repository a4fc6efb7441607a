package io.covenant.simulation.history;

import java.util.Optional;

/// A value under each key, to be read, written, and written on condition.
///
/// @param initial what every key holds at first
public record Register<V>(V initial) implements Model<V, Register.Input<V>, Register.Output<V>> {

    public sealed interface Input<V> {

        String key();

        record Read<V>(String key) implements Input<V> {
            @Override
            public String toString() {
                return "read";
            }
        }

        record Write<V>(String key, V value) implements Input<V> {
            @Override
            public String toString() {
                return "write " + value;
            }
        }

        record CompareAndSet<V>(String key, V expected, V value) implements Input<V> {
            @Override
            public String toString() {
                return "if %s write %s".formatted(expected, value);
            }
        }
    }

    public sealed interface Output<V> {

        record Value<V>(V value) implements Output<V> {
            @Override
            public String toString() {
                return String.valueOf(value);
            }
        }

        record Written<V>() implements Output<V> {
            @Override
            public String toString() {
                return "written";
            }
        }

        /// The value was another one.
        record Differs<V>() implements Output<V> {
            @Override
            public String toString() {
                return "differs";
            }
        }
    }

    @Override
    public Optional<V> answered(V before, Input<V> input, Output<V> output) {
        return switch (input) {
            case Input.Read<V> _ -> output.equals(new Output.Value<>(before)) ? Optional.of(before) : Optional.empty();
            case Input.Write<V>(var _, var value) ->
                output instanceof Output.Written ? Optional.of(value) : Optional.empty();
            case Input.CompareAndSet<V>(var _, var expected, var value) ->
                switch (output) {
                    case Output.Written<V> _ when expected.equals(before) -> Optional.of(value);
                    case Output.Differs<V> _ when !expected.equals(before) -> Optional.of(before);
                    case Output.Written<V> _, Output.Differs<V> _, Output.Value<V> _ -> Optional.empty();
                };
        };
    }

    @Override
    public Optional<V> unanswered(V before, Input<V> input) {
        return switch (input) {
            case Input.Read<V> _ -> Optional.empty();
            case Input.Write<V>(var _, var value) -> Optional.of(value);
            case Input.CompareAndSet<V>(var _, var expected, var value) ->
                expected.equals(before) ? Optional.of(value) : Optional.empty();
        };
    }

    @Override
    public String part(Input<V> input) {
        return input.key();
    }
}
