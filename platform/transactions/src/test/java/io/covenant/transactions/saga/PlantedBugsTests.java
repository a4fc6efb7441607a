package io.covenant.transactions.saga;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.PlantedBugs;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.transactions.local.Mishap;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checker is checked: each planted mistake has to be found in the world of the seed that the page names.
class PlantedBugsTests {

    private static final int SEEDS = 20_000;
    private static final PlantedBugs<PlantedBug> BUGS =
            new PlantedBugs<>("saga-planted-bugs.md", PlantedBug.class, PlantedBug.values().length);

    @ParameterizedTest
    @EnumSource
    void findsThePlantedBug(PlantedBug bug) throws IOException {
        BUGS.find(
                bug,
                bug.mistake(),
                Campaign.of(SEEDS),
                seed -> SimulatedPlatform.play(
                        World.seeded(seed), new Tally<>(Event.class), new Tally<>(Mishap.class), EnumSet.of(bug)));
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        BUGS.requireTable();
    }
}
