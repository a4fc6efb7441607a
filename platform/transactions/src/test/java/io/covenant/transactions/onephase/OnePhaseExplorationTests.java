package io.covenant.transactions.onephase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Explorer;
import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every order in which letters can arrive, once, again or never, records are lost, coordinators die and the deadline
/// passes, in a small world.
class OnePhaseExplorationTests {

    private static final int LIMIT = 1_000_000;
    private static final Map<PlantedBug, List<String>> ROWS = new EnumMap<>(PlantedBug.class);

    @Test
    void doesTheWorkOnceOrNeverWhateverHappens() {
        var visited = look(Set.of());
        System.out.printf(
                "one-phase commit, every interleaving: %,d states, %,d moves, at most %d apart%n",
                visited.states(), visited.moves(), visited.depth());
        assertThat(visited.states()).isGreaterThan(500);
    }

    @ParameterizedTest
    @EnumSource
    void findsThePlantedBug(PlantedBug bug) {
        assertThatThrownBy(() -> look(Set.of(bug)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the shortest way");
        ROWS.put(bug, List.of("`" + bug + "`", bug.mistake()));
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        if (ROWS.size() == PlantedBug.values().length) {
            ProtocolPage.named("one-phase-commit.md")
                    .requireTable("planted bugs", List.of("bug", "what is wrong"), List.copyOf(ROWS.values()));
        }
    }

    private static Explorer.Visited look(Set<PlantedBug> bugs) {
        var world = new SmallWorld(bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }
}
