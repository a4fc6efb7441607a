package io.covenant.simulation.history;

import java.util.Optional;

/// What a correct object does, one operation after the other.
///
/// @param <S> all of the object's state as one immutable value; equal states must be `equals`
/// @param <I> what is asked of it; equal inputs must be `equals`
/// @param <O> what it answers
public interface Model<S, I, O> {

    S initial();

    /// The state after it gave this answer, or nothing: in this state it would not answer so.
    Optional<S> answered(S before, I input, O output);

    /// The state after an input whose answer nobody saw, or nothing when it would have changed nothing.
    Optional<S> unanswered(S before, I input);

    /// Inputs of different parts never see or touch each other, such as those for different keys.
    default String part(I input) {
        return "all";
    }
}
