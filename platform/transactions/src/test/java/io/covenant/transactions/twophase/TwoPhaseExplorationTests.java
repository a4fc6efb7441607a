package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Explorer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every order in which letters can arrive, once, again or never, coordinators die and deadlines pass, in a small
/// world.
class TwoPhaseExplorationTests {

    private static final int LIMIT = 4_000_000;

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void staysWholeWhateverHappensToTwoBranches() {
        explore("two branches", SmallWorld.Setup.twoBranches());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void staysWholeWhenATransactionIsBegunTwice() {
        explore("two attempts", SmallWorld.Setup.twoAttempts(true));
    }

    /// Mistakes of the cores, of take-overs, of inquiries and of the register, each in the smallest world that shows
    /// it.
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(
            value = PlantedBug.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FENCE_NOT_FORCED", "PREPARE_NOT_FORCED", "BARRIER_OUTSIDE", "LEFT_OVERS_FORGOTTEN"})
    void findsThePlantedBug(PlantedBug bug) {
        var worlds = switch (bug) {
            case MISSING_IS_SUCCESS -> List.of(SmallWorld.Setup.twoBranches().sabotaged());
            case ATTEMPT_NOT_IN_BRANCH -> List.of(SmallWorld.Setup.twoAttempts(false));
            default -> List.of(SmallWorld.Setup.twoBranches(), SmallWorld.Setup.twoAttempts(true));
        };

        assertThat(worlds)
                .anySatisfy(setup -> assertThatThrownBy(() -> look(setup, Set.of(bug)))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("register"));
    }

    private static Explorer.Visited look(SmallWorld.Setup setup, Set<PlantedBug> bugs) {
        var world = new SmallWorld(setup, bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }

    private static void explore(String name, SmallWorld.Setup setup) {
        var start = System.nanoTime();
        var visited = look(setup, Set.of());
        System.out.printf(
                "%s, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                name, visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(100_000);
    }
}
