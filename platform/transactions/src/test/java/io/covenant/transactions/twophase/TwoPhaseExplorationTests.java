package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Explorer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Every order in which letters can arrive, once, again or never, coordinators die and deadlines pass, in a small
/// world.
class TwoPhaseExplorationTests {

    private static final int LIMIT = 4_000_000;

    @Test
    void staysWholeWhateverHappensToTwoBranches() {
        explore("two branches", SmallWorld.Setup.twoBranches(), Set.of());
    }

    @Test
    void staysWholeWhenATransactionIsBegunTwice() {
        explore("two attempts", SmallWorld.Setup.twoAttempts(true), Set.of());
    }

    private static void explore(String name, SmallWorld.Setup setup, Set<PlantedBug> bugs) {
        var start = System.nanoTime();
        var world = new SmallWorld(setup, bugs);
        var visited = new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
        System.out.printf(
                "%s, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                name, visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(100_000);
    }
}
