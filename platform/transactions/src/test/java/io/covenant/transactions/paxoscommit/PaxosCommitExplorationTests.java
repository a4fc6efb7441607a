package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Explorer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every order in which letters can arrive, once, again or never, leaders die and deadlines pass, in a small world.
class PaxosCommitExplorationTests {

    private static final int LIMIT = 50_000;

    private static final SmallWorld.Setup TWO_BRANCHES = new SmallWorld.Setup(2, false, false);
    private static final SmallWorld.Setup DEADLINE = new SmallWorld.Setup(1, false, true);

    @Test
    void staysWholeWhateverHappensToTwoBranches() {
        assertThat(explore("two branches", TWO_BRANCHES)).isGreaterThan(4_000);
    }

    @Test
    void staysWholeWhenTheBranchRefusesOrTheDeadlinePasses() {
        assertThat(explore("one branch, a deadline", DEADLINE)).isGreaterThan(9_000);
    }

    /// Mistakes of the cores, each in a world that shows it.
    @ParameterizedTest
    @EnumSource(
            value = PlantedBug.class,
            names = {
                "PROMISE_IGNORED",
                "VOTES_NOT_REPORTED",
                "REPORTED_TOO_EARLY",
                "ONE_ACCEPTOR_IS_ENOUGH",
                "TAKE_OVER_ABORTS",
                "LOWEST_BALLOT_TAKEN",
                "VOTERS_ARE_ALL",
                "EXPIRY_DECIDES",
                "REFUSAL_DECIDES"
            })
    void findsThePlantedBug(PlantedBug bug) {
        assertThat(List.of(TWO_BRANCHES, DEADLINE))
                .anySatisfy(setup -> assertThatThrownBy(() -> look(setup, Set.of(bug)))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("the shortest way there"));
    }

    private static Explorer.Visited look(SmallWorld.Setup setup, Set<PlantedBug> bugs) {
        var world = new SmallWorld(setup, bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }

    private static int explore(String name, SmallWorld.Setup setup) {
        var start = System.nanoTime();
        var visited = look(setup, Set.of());
        System.out.printf(
                "Paxos Commit, %s, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                name, visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        return visited.states();
    }
}
