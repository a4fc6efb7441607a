package io.covenant.transactions;

/// A commit protocol, seen from one side, as a pure function.
///
/// @param <S> the states, a sealed type
/// @param <I> the inputs, a sealed type
/// @param <E> the effects, a sealed type
@FunctionalInterface
public interface Protocol<S, I, E> {

    /// Accepts every input in every state; an input that is late, duplicated or from a stranger changes
    /// nothing.
    Step<S, E> on(S state, I input);
}
