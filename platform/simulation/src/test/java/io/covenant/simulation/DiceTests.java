package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DiceTests {

    private final Dice dice = new Dice(1);

    /// From an implementation of SplitMix64 in another language.
    @Test
    void throwsWhatTheyThrowEverywhere() {
        assertThat(Stream.generate(dice::next).limit(3))
                .containsExactly(0xbfef8030ddc2d772L, 0x5f552ce482f2aa47L, 0x70335fc3daf3d8a7L);
    }

    @Test
    void throwOtherNumbersForTheNextSeed() {
        assertThat(new Dice(2).next()).isNotEqualTo(new Dice(1).next());
    }

    @Test
    void throwEachNumberBelowABound() {
        assertThat(Stream.generate(() -> dice.below(6)).limit(200)).containsOnly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void throwNothingBelowZero() {
        assertThatIllegalArgumentException().isThrownBy(() -> dice.below(0)).withMessage("nothing is below 0");
    }

    @Test
    void throwBothEndsOfASpan() {
        assertThat(Stream.generate(() -> dice.between(Duration.ofNanos(3_000), Duration.ofNanos(5_000)))
                        .limit(100))
                .containsOnly(Duration.ofNanos(3_000), Duration.ofNanos(4_000), Duration.ofNanos(5_000));
        assertThat(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void keepToTheirChances() {
        assertThat(hits(0)).isZero();
        assertThat(hits(1)).isEqualTo(10_000);
        assertThat(hits(0.05)).isCloseTo(500, within(100L));
    }

    @Test
    void pickEachOfSome() {
        assertThat(Stream.generate(() -> dice.pick(List.of("a", "b", "c"))).limit(50))
                .containsOnly("a", "b", "c");
    }

    private long hits(double share) {
        return IntStream.range(0, 10_000).filter(_ -> dice.chance(share)).count();
    }
}
