package io.covenant.locks.namespace;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.PlantedBugs;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checker is checked: each planted mistake has to be found in the world of the seed that the page names.
class PlantedBugsTests {

    private static final int SEEDS = 5_000;
    private static final PlantedBugs<PlantedBug> BUGS =
            new PlantedBugs<>("lock-namespace-planted-bugs.md", PlantedBug.class, PlantedBug.values().length);

    @ParameterizedTest
    @EnumSource
    void findsThePlantedBug(PlantedBug bug) throws ReflectiveOperationException, IOException {
        BUGS.find(bug, bug.mistake(), Campaign.of(SEEDS), PlantedNamespace.runs(bug));
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        BUGS.requireTable();
    }
}
