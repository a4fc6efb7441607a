package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Explorer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every order in which letters can arrive, once, again or never, while another coordinator stands for election
/// and sites crash, in a small world.
class ThreePhaseExplorationTests {

    private static final int LIMIT = 100_000;

    /// More of either are more states than a build can visit.
    private static final SmallWorld.Setup ONE_TERMINATES = new SmallWorld.Setup(2, 2);

    @Test
    void neverDecidesTwice() {
        var start = System.nanoTime();
        var visited = look(Set.of());
        System.out.printf(
                "three-phase commit, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(10_000);
    }

    /// Mistakes of the cores and of what is forced. The others take a third who stands, a second round, or a begin
    /// record.
    @ParameterizedTest
    @EnumSource(
            value = PlantedBug.class,
            names = {
                "TEXTBOOK_TIME_OUTS",
                "MINORITY_DECIDES",
                "PREPARED_IS_ENOUGH",
                "LOWER_ELECTION_HEEDED",
                "ATTEMPT_NOT_FORCED",
                "ELECTION_NOT_FORCED",
                "LAST_ATTEMPT_LOST",
                "DEADLINE_ABORTS_ATTEMPT",
                "REFUSAL_ABORTS"
            })
    void findsThePlantedBug(PlantedBug bug) {
        assertThatThrownBy(() -> look(Set.of(bug)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("decided twice")
                .hasMessageContaining("the shortest way there");
    }

    private static Explorer.Visited look(Set<PlantedBug> bugs) {
        var world = new SmallWorld(ONE_TERMINATES, bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }
}
