package io.covenant.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BenchmarksTests {

    @Test
    void measuresTransactionsUnlessToldOtherwise() {
        assertThat(Benchmarks.withDefault()).containsExactly("transactions");
        assertThat(Benchmarks.withDefault("--quick")).containsExactly("transactions", "--quick");
        assertThat(Benchmarks.withDefault("transactions", "--hot")).containsExactly("transactions", "--hot");
        assertThat(Benchmarks.withDefault("--help")).containsExactly("--help");
    }

    @Test
    void refusesAnUnknownOption() {
        var said = new StringWriter();

        int exitCode = Benchmarks.commandLine()
                .setErr(new PrintWriter(said))
                .execute(Benchmarks.withDefault("--no-such-option"));

        assertThat(exitCode).isEqualTo(2);
        assertThat(said.toString()).contains("--no-such-option");
    }
}
