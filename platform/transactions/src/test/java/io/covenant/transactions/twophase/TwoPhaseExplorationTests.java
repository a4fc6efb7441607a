package io.covenant.transactions.twophase;

import io.covenant.simulation.Explorer;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
        System.out.println(name + " " + visited + " " + (System.nanoTime() - start) / 1000000);
    }
}
