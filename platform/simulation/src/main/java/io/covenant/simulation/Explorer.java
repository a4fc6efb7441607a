package io.covenant.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Visits every state that can be reached, breadth first, so that what breaks a rule is found by a shortest
/// way.
///
/// @param <S> a whole world as one immutable value; equal worlds must be `equals`
public final class Explorer<S> {

    /// All that can happen in a state.
    @FunctionalInterface
    public interface Moves<S> {

        /// @param into takes each move, as a name and the state after it; staying is no move and may be
        ///             given. The name is asked for only when something was found.
        void from(S state, BiConsumer<Supplier<String>, S> into);
    }

    /// @param states how many different ones there are
    /// @param moves  how many ways lead from one to the next
    /// @param depth  how many moves the farthest state is away
    public record Visited(int states, long moves, int depth) {}

    private record Reached<S>(S state, @Nullable Reached<S> before, int depth) {}

    private final Moves<S> moves;
    private final Consumer<S> rules;

    /// @param rules throws when a state must not be
    public Explorer(Moves<S> moves, Consumer<S> rules) {
        this.moves = moves;
        this.rules = rules;
    }

    /// @param limit the number of states above which something is wrong with the bounds
    /// @throws AssertionError with the way to the first state that breaks a rule
    public Visited explore(S start, int limit) {
        var seen = new HashSet<S>();
        var frontier = new ArrayDeque<Reached<S>>();
        var walk = new Object() {
            long moves;
            int depth;
        };
        seen.add(start);
        frontier.add(new Reached<>(start, null, 0));
        while (!frontier.isEmpty()) {
            var here = frontier.remove();
            walk.depth = here.depth();
            check(here);
            moves.from(here.state(), (move, state) -> {
                if (seen.add(state)) {
                    walk.moves++;
                    frontier.add(new Reached<>(state, here, here.depth() + 1));
                } else if (!state.equals(here.state())) {
                    walk.moves++;
                }
            });
            if (seen.size() > limit) {
                throw new AssertionError("more than " + limit + " states");
            }
        }
        return new Visited(seen.size(), walk.moves, walk.depth);
    }

    private void check(Reached<S> reached) {
        try {
            rules.accept(reached.state());
        } catch (RuntimeException | AssertionError thrown) {
            throw new AssertionError(thrown.getMessage() + "\n" + way(reached), thrown);
        }
    }

    private String way(Reached<S> reached) {
        var steps = new ArrayList<String>();
        for (var at = reached; at.before() != null; at = at.before()) {
            steps.add("%4d %s".formatted(at.depth(), name(at.before().state(), at.state())));
        }
        Collections.reverse(steps);
        return "the shortest way there:\n" + String.join("\n", steps);
    }

    private String name(S before, S after) {
        var names = new ArrayList<String>();
        moves.from(before, (name, state) -> {
            if (state.equals(after)) {
                names.add(name.get());
            }
        });
        return names.isEmpty() ? "?" : names.getFirst();
    }
}
