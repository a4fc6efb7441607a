package io.covenant.balancing.chance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AliasTableTests {

    private static final int DRAWS = 1_000_000;

    @Test
    void drawsInProportionToWeights() {
        for (long seed = 1; seed <= 20; seed++) {
            var weights = new long[] {5, 1, 1, 0, 3, 100, 17};
            ChiSquare.assertFits(count(weights, seed), weights);
        }
    }

    @Test
    void drawsAlikeWhereWeightsAreAlike() {
        var weights = LongStream.generate(() -> 7).limit(64).toArray();
        ChiSquare.assertFits(count(weights, 4711), weights);
    }

    @Test
    void givesNothingToWeightZero() {
        assertThat(count(new long[] {0, 1_000_000, 0, 1, 0}, 1)).satisfies(counts -> {
            assertThat(counts[0] + counts[2] + counts[4]).isZero();
            assertThat(counts[1]).isGreaterThan(DRAWS - 20);
        });
    }

    @Test
    void refusesNegativeWeightsAndNone() {
        assertThatThrownBy(() -> new AliasTable(new long[] {1, -1})).hasMessage("a negative weight: -1");
        assertThatThrownBy(() -> new AliasTable(new long[] {0, 0})).hasMessage("no weight at all");
    }

    @Test
    void theTestFindsADrawThatIsALittleOff() {
        var weights = new long[] {5, 1, 1};
        var counts = count(new long[] {500, 103, 100}, 1);
        assertThat(ChiSquare.statistic(counts, weights)).isGreaterThan(ChiSquare.critical(2));
    }

    private static long[] count(long[] weights, long seed) {
        var table = new AliasTable(weights);
        var chance = Chance.seeded(seed);
        var counts = new long[weights.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[table.draw(chance)]++;
        }
        return counts;
    }
}
