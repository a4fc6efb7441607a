package io.covenant.transactions.replay;

import io.covenant.transactions.Decision;
import java.util.Optional;

/// The relation of a protocol that one coordinator leads at a time, without a register.
///
/// @param <W> all that may be so at one moment
interface LeaderRelation<W extends LeaderRelation.Led> extends Relation<W> {

    /// What every such moment shows.
    interface Led {

        /// Where the leader stands; empty when it has not begun.
        Optional<?> state();

        /// What clients were told.
        Optional<Decision> client();
    }

    /// Whether the protocol has asked to tell clients this.
    boolean answers(W world, Decision decision);

    boolean isFinished(Object state);

    @Override
    default boolean tells(W world, Decision decision) {
        return world.client().map(told -> told == decision).orElseGet(() -> answers(world, decision));
    }

    @Override
    default boolean isOver(W world) {
        return world.state().filter(this::isFinished).isPresent();
    }

    @Override
    default String describe(W world) {
        return world.state().map(Object::toString).orElse("nothing begun");
    }
}
