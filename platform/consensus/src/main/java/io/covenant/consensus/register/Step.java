package io.covenant.consensus.register;

import java.util.List;

/// What an input leads to: the next state, and what is to be done, in this order.
public record Step<S, E>(S next, List<E> effects) {

    public Step {
        effects = List.copyOf(effects);
    }

    /// Nothing changes, nothing is done.
    public static <S, E> Step<S, E> stay(S state) {
        return new Step<>(state, List.of());
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <S, E> Step<S, E> to(S next, E... effects) {
        return new Step<>(next, List.of(effects));
    }
}
