package io.covenant.simulation.history;

import io.covenant.simulation.history.Register.Input;
import io.covenant.simulation.history.Register.Output;

/// Short words for histories of registers.
final class Registers {

    static final Output<Integer> WRITTEN = new Output.Written<>();
    static final Output<Integer> DIFFERS = new Output.Differs<>();

    private Registers() {}

    static Input<Integer> read() {
        return new Input.Read<>("x");
    }

    static Input<Integer> write(int value) {
        return new Input.Write<>("x", value);
    }

    static Input<Integer> compareAndSet(int expected, int value) {
        return new Input.CompareAndSet<>("x", expected, value);
    }

    static Output<Integer> value(int value) {
        return new Output.Value<>(value);
    }
}
