package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTests {

    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 9));
    }

    @Test
    void takesTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(new Spread(3, 1, 100));
    }

    @Test
    void comparesWithinARoundAndNotAcrossRounds() {
        // Half as fast in every round; the machine itself was ten times slower in the second.
        Spread ratio = Spread.ofRatios(List.of(50.0, 5.0, 50.0), List.of(100.0, 10.0, 100.0));

        assertThat(ratio.median()).isCloseTo(0.5, within(1e-9));
        assertThat(ratio.max()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void refusesWhatCannotBePaired() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.ofRatios(List.of(1.0), List.of()));
    }

    @Test
    void refusesToSumUpNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    }
}
