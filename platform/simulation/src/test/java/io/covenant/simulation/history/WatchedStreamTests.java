package io.covenant.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedStreamTests {

    @Test
    void mayBeginLateAndEndEarly() {
        assertThat(seen("b", "c", "d")).isEmpty();
        assertThat(seen()).isEmpty();
    }

    @Test
    void findsAGap() {
        assertThat(seen("a", "d")).singleElement().hasToString("NOTHING_MISSED: between a and d it missed [b, c]");
    }

    @Test
    void findsWhatCameTwice() {
        assertThat(seen("a", "b", "b", "c")).hasSize(1);
    }

    @Test
    void findsWhatCameInAnotherOrder() {
        assertThat(seen("b", "a", "c")).singleElement().hasToString("NOTHING_MISSED: a came again or late, after b");
    }

    @Test
    void findsWhatNeverHappened() {
        assertThat(seen("a", "x", "b")).singleElement().hasToString("NOTHING_MISSED: x never happened");
    }

    private static List<Violation> seen(String... seen) {
        return new WatchedStream<>(List.of("a", "b", "c", "d", "e"), List.of(seen)).nothingMissed();
    }
}
