package io.covenant.balancing.hashing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaglevTests {

    @Test
    void spreadsKeysEvenly() {
        var maglev = new Maglev(Keys.seeds(10), Keys.even(10));
        assertThat(Keys.maxToMean(Keys.count(10, maglev::winner))).isLessThanOrEqualTo(1.01);
    }

    @Test
    void movesFewKeysNeedlesslyWhenAnInstanceLeaves() {
        var seeds = Keys.seeds(10);
        var ten = new Maglev(seeds, Keys.even(10));
        var needless = new double[10];
        for (int gone = 0; gone < 10; gone++) {
            var nine = new Maglev(Keys.without(seeds, gone), Keys.even(9));
            needless[gone] = Keys.needless(gone, ten::winner, nine::winner);
        }
        assertThat(Arrays.stream(needless).average().orElseThrow()).isLessThanOrEqualTo(0.003);
        assertThat(Arrays.stream(needless).max().orElseThrow()).isLessThanOrEqualTo(0.005);
    }

    @Test
    void givesEachOfAHundredTheSameNumberOfPlaces() {
        var places = places(new Maglev(Keys.seeds(100), Keys.even(100)), 100);
        assertThat(Arrays.stream(places).max().orElseThrow()
                        - Arrays.stream(places).min().orElseThrow())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void givesPlacesByWeight() {
        var weights = new long[] {10, 20, 30, 40};
        var places = places(new Maglev(Keys.seeds(4), weights), 4);
        for (int i = 0; i < 4; i++) {
            assertThat((double) places[i] / Maglev.SMALL * 100).isBetween(weights[i] - 0.1, weights[i] + 0.1);
        }
    }

    @Test
    void hasALargerTableForMoreInstances() {
        assertThat(new Maglev(Keys.seeds(Maglev.MANY), Keys.even(Maglev.MANY)).size())
                .isEqualTo(Maglev.SMALL);
        assertThat(new Maglev(Keys.seeds(Maglev.MANY + 1), Keys.even(Maglev.MANY + 1)).size())
                .isEqualTo(Maglev.LARGE);
    }

    @Test
    void knowsItsOwnTableAgain() {
        var maglev = new Maglev(Keys.seeds(70), Keys.even(70));
        var doubled = IntStream.range(0, 70).mapToLong(_ -> 2).toArray();
        assertThat(maglev.isOf(Keys.seeds(70), doubled)).isTrue();
        assertThat(maglev.isOf(Keys.seeds(71), Keys.even(71))).isFalse();
        doubled[3]++;
        assertThat(maglev.isOf(Keys.seeds(70), doubled)).isFalse();
    }

    private static int[] places(Maglev maglev, int instances) {
        var places = new int[instances];
        for (int step = 0; step < maglev.size(); step++) {
            places[maglev.winner(0, step)]++;
        }
        return places;
    }
}
