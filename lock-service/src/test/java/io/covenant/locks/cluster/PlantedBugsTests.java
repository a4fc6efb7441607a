package io.covenant.locks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checks are checked: each planted mistake has to be found, in the world of the seed that the page names, or
/// else in another one. With `-Dupdate.docs=true` all worlds from the first on are played, and the page is written.
class PlantedBugsTests {

    private static final int SEEDS = 40_000;
    private static final String TABLE = "planted bugs";
    private static final ProtocolPage PAGE = ProtocolPage.named("lock-cluster.md");
    private static final Map<PlantedBug, List<String>> ROWS = new EnumMap<>(PlantedBug.class);

    @ParameterizedTest
    @EnumSource
    void findsThePlantedBug(PlantedBug bug) throws ReflectiveOperationException, IOException {
        var worlds = PlantedCluster.worlds(bug);
        var seed = ProtocolPage.isWritten()
                ? 0
                : Long.parseLong(PAGE.row(TABLE, "`" + bug + "`").getLast());
        if (seed == 0 || new Campaign(seed, seed).firstFailure(worlds).isEmpty()) {
            // A change elsewhere made other worlds of the seeds.
            var found = Campaign.of(SEEDS).firstFailure(worlds);
            assertThat(found).as("%s, in the worlds that are played", bug).isPresent();
            seed = seed == 0 ? found.get().seed() : seed;
        }
        ROWS.put(bug, List.of("`" + bug + "`", bug.told(), Long.toString(seed)));
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        if (ROWS.size() == PlantedBug.values().length) {
            PAGE.requireTable(TABLE, List.of("bug", "what is wrong", "found by seed"), List.copyOf(ROWS.values()));
        }
    }
}
