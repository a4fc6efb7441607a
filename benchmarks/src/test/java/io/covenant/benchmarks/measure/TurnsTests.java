package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTests {

    @Test
    void goForthAndBack() {
        assertThat(Turns.of(List.of("a", "b", "c"), 3))
                .containsExactly(List.of("a", "b", "c"), List.of("c", "b", "a"), List.of("a", "b", "c"));
    }
}
