package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTests {

    @Test
    void alignsFiguresToTheRight() {
        assertThat(new Table("who", "tx/s").row("floor", "1,028").row("x", "9")).hasToString("""
                | who   |  tx/s |
                |-------|------:|
                | floor | 1,028 |
                | x     |     9 |
                """);
    }

    @Test
    void keepsTheColumnsApartWhateverACellHolds() {
        assertThat(new Table("who").row("a|b").toString()).contains("a\\|b");
    }

    @Test
    void refusesARowOfAnotherWidth() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Table("who", "what").row("x"));
    }
}
