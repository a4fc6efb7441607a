package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.ProtocolPage;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checker is checked: each planted mistake has to be found, and the page of them says by which seed.
class PlantedBugsTests {

    private static final int SEEDS = 4_000;
    private static final Map<PlantedBug, List<String>> ROWS = new EnumMap<>(PlantedBug.class);

    /// One is left out, which takes a crash between two forced writes of one site: 20,000 seeds did not meet it.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ELECTION_NOT_FORCED")
    void findsThePlantedBug(PlantedBug bug) {
        var found = Campaign.of(SEEDS)
                .firstFailure(seed ->
                        SimulatedPlatform.play(World.seeded(seed), new Tally<>(Event.class), EnumSet.of(bug), false));

        assertThat(found).isPresent();
        ROWS.put(
                bug,
                List.of(
                        "`" + bug + "`",
                        bug.mistake(),
                        Long.toString(found.get().seed())));
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        if (ROWS.size() == PlantedBug.values().length - 1) {
            ProtocolPage.named("three-phase-commit-planted-bugs.md")
                    .requireTable(
                            "planted bugs",
                            List.of("bug", "what is wrong", "found by seed"),
                            List.copyOf(ROWS.values()));
        }
    }
}
