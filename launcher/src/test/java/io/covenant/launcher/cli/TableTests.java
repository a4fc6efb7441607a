package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTests {

    @Test
    void alignsItsColumnsAndEndsLinesWithTheirText() {
        assertThat(new Table("node", "state", "pid")
                        .row("gateway", "healthy", "12")
                        .row("postgres", "stopped")
                        .lines())
                .containsExactly(
                        "node      state    pid", //
                        "gateway   healthy  12", //
                        "postgres  stopped");
    }
}
