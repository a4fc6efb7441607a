package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Explorer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every order in which letters can arrive, once, again or never, coordinators die and times pass, in a
/// small world.
class TccExplorationTests {

    private static final int LIMIT = 2_000_000;

    @Test
    void staysWholeWhateverHappensToTwoBranches() {
        var start = System.nanoTime();
        var visited = look(Set.of());
        System.out.printf(
                "TCC, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(10_000);
    }

    @ParameterizedTest
    @EnumSource(
            value = PlantedBug.class,
            names = {
                "EMPTY_CANCEL_UNFENCED",
                "CANCEL_OVERTAKES_TRY",
                "FENCE_IGNORED",
                "REFUSAL_IGNORED",
                "LOST_TRY_IS_RESERVED",
                "RESERVATION_EXPIRES_BY_CLOCK",
                "UNDECIDED_IS_CANCEL",
                "TOMBSTONE_NOT_WRITTEN",
                "CONFIRM_WITHOUT_BARRIER",
                "TAKE_OVER_TRIES_ANEW",
                "TAKE_OVER_PRESUMES_ABORT",
                "ANSWER_BEFORE_DECISION",
                "EXPIRY_OVERTAKES_COMMIT",
                "EXPIRY_CANCELS_CONFIRMATION"
            })
    void findsThePlantedBug(PlantedBug bug) {
        assertThatThrownBy(() -> look(Set.of(bug)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the shortest way");
    }

    private static Explorer.Visited look(Set<PlantedBug> bugs) {
        var world = new SmallWorld(bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }
}
