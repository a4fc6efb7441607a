package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.World;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlantedBugsTests {

    private static final int SEEDS = 20_000;

    @ParameterizedTest
    @EnumSource
    void findsThePlantedBug(PlantedBug bug) {
        var start = System.nanoTime();
        var found = Campaign.of(SEEDS)
                .firstFailure(seed -> SimulatedPlatform.play(
                        World.seeded(seed), new Tally(), EnumSet.of(bug), bug == PlantedBug.MISSING_IS_SUCCESS));
        System.out.println(bug + " "
                + found.map(f -> f.seed() + " "
                        + String.valueOf(f.thrown().getMessage()).lines().findFirst()) + " "
                + (System.nanoTime() - start) / 1000000);
        assertThat(found).isPresent();
    }
}
