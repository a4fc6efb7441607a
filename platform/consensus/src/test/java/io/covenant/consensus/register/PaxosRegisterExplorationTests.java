package io.covenant.consensus.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.register.SmallWorld.Bounds;
import io.covenant.simulation.Explorer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Every order in which letters can arrive, once, again or never, and proposers retry and die, in a small
/// world.
class PaxosRegisterExplorationTests {

    private static final int LIMIT = 2_000_000;

    @Test
    void choosesOneValueWhenTheOwnerTriesAgain() {
        explore("the owner tries again", new Bounds(1, 1), new Bounds(1, 1));
    }

    @Test
    void choosesOneValueWhenAProposerDies() {
        explore("a proposer dies", new Bounds(0, 1), new Bounds(1, 2));
    }

    private static void explore(String name, Bounds owner, Bounds other) {
        var start = System.nanoTime();
        var visited = explore(owner, other, Optional.empty());
        System.out.printf(
                "paxos register, %s, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                name, visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(100_000);
    }

    @Test
    void findsAnAcceptorThatBreaksItsPromise() {
        assertThatThrownBy(() ->
                        explore(new Bounds(1, 1), new Bounds(1, 1), Optional.of(PlantedBug.ACCEPTS_BELOW_PROMISE)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("chosen");
    }

    @Test
    void findsAProposerThatIgnoresWhatWasAccepted() {
        assertThatThrownBy(
                        () -> explore(new Bounds(1, 1), new Bounds(1, 1), Optional.of(PlantedBug.HIGHEST_VOTE_IGNORED)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("chosen");
    }

    private static Explorer.Visited explore(Bounds owner, Bounds other, Optional<PlantedBug> bug) {
        var world = new SmallWorld(owner, other, bug);
        return new Explorer<>(world, world::check).explore(world.start(), LIMIT);
    }
}
