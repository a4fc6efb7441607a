package io.covenant.balancing.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.chance.Weights;
import io.covenant.simulation.Seeds;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RotationTests {

    @Test
    void takesTurnsAsNginxDoes() {
        assertThat(sequence(7, 5, 1, 1)).isEqualTo("aabacaa");
        assertThat(sequence(8, 4, 2, 1)).isEqualTo("abacaba" + "a");
        assertThat(sequence(6, 1, 2, 3)).isEqualTo("cbacbc");
        assertThat(sequence(6, 1, 1, 1)).isEqualTo("abcabc");
        assertThat(sequence(4, 300, 100)).isEqualTo("aaba");
    }

    @Seeds(300)
    void takesTheSameTurnsByTableAndStepByStep(long seed) {
        var weights = weights(Chance.seeded(seed), 8, 40);
        var reduced = Weights.reduced(weights);
        var tabled = Rotation.of(weights);
        var running = new RunningTurns(reduced);
        var tabledTurns = new AtomicLong();
        var runningTurns = new AtomicLong();
        assertThat(tabled).isInstanceOf(Timetable.class);
        for (int turn = 0; turn < 2 * tabled.cycle(); turn++) {
            assertThat(tabled.next(tabledTurns)).isEqualTo(running.next(runningTurns));
        }
    }

    @Seeds(300)
    void givesExactlyTheWeightsInACycleAndIsNeverAWholeTurnOff(long seed) {
        var weights = weights(Chance.seeded(seed), 10, 100);
        var rotation = Rotation.of(weights);
        var counts = new long[weights.length];
        var turns = new AtomicLong();
        for (long turn = 0; turn < rotation.cycle(); turn++) {
            counts[rotation.next(turns)]++;
        }
        assertThat(counts).isEqualTo(Weights.reduced(weights));
        assertThat(Evenness.worst(Rotation.of(weights), weights, rotation.cycle()))
                .isLessThan(1);
    }

    /// nginx's sequence, which this is, goes a little beyond one turn for some sets of weights as large as these.
    @Seeds(300)
    void isHardlyMoreThanATurnOffForWeightsUpToAMillion(long seed) {
        var weights = weights(Chance.seeded(seed), 10, 1_000_000);
        assertThat(Evenness.worst(Rotation.of(weights), weights, 20_000)).isLessThan(1.25);
    }

    @Test
    void gainsNoMoreThanTheSumHoweverLongItRuns() {
        var weights = new long[] {1_000_000, 999_999, 0, 1};
        var rotation = Rotation.of(weights);
        assertThat(rotation).isInstanceOf(RunningTurns.class);
        var counts = new long[4];
        var turns = new AtomicLong();
        for (long turn = 0; turn < rotation.cycle(); turn++) {
            counts[rotation.next(turns)]++;
        }
        assertThat(counts).isEqualTo(weights);
    }

    @Test
    void givesNothingToWeightZero() {
        assertThat(sequence(5, 0, 1, 0)).isEqualTo("bbbbb");
    }

    @Test
    void countsOnAcrossTheGreatestNumber() {
        var rotation = Rotation.of(new long[] {1, 1});
        var turns = new AtomicLong(Long.MAX_VALUE - 1);
        var counts = new int[2];
        for (int i = 0; i < 100; i++) {
            counts[rotation.next(turns)]++;
        }
        assertThat(counts).containsExactly(50, 50);
    }

    @Test
    void refusesNegativeWeightsAndNone() {
        assertThatThrownBy(() -> Rotation.of(new long[] {3, -1})).hasMessage("a negative weight: -1");
        assertThatThrownBy(() -> Rotation.of(new long[] {0})).hasMessage("no weight at all");
    }

    /// Interleaving by rounds, as many balancers do it: each round gives one turn to everybody with
    /// weight left.
    @Test
    void theMeasureFindsTurnsThatAreOnlyExactInTheEnd() {
        int[] interleaved = {0, 1, 2, 0, 0, 0, 0};
        double worst = 0;
        var sent = new int[3];
        double[] part = {5.0 / 7, 1.0 / 7, 1.0 / 7};
        for (int turn = 1; turn <= 7; turn++) {
            sent[interleaved[turn - 1]]++;
            for (int i = 0; i < 3; i++) {
                worst = Math.max(worst, Math.abs(sent[i] - turn * part[i]));
            }
        }
        assertThat(worst).isGreaterThan(1);
        assertThat(Evenness.worst(Rotation.of(new long[] {5, 1, 1}), new long[] {5, 1, 1}, 7))
                .isLessThan(0.6);
    }

    private static String sequence(int turns, long... weights) {
        var rotation = Rotation.of(weights);
        var taken = new AtomicLong();
        var sequence = new StringBuilder();
        for (int i = 0; i < turns; i++) {
            sequence.append((char) ('a' + rotation.next(taken)));
        }
        return sequence.toString();
    }

    private static long[] weights(Chance chance, int most, int heaviest) {
        var weights = new long[1 + chance.below(most)];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = chance.below(heaviest + 1);
        }
        weights[chance.below(weights.length)]++;
        return weights;
    }
}
