package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTests {

    private static final Instant AT = Instant.parse("2026-11-21T10:00:07Z");

    @TempDir
    private Path home;

    @Test
    void liesBesideEachOtherUnderTheTimeOfTheMeasurement() throws IOException {
        var machine = new Machine("Some CPU", 2, 4_096, "Linux", "JVM", List.of(), Duration.ofMillis(1));
        var figures = Results.figures(AT, "0123456789ab", machine);
        figures.put("rows", List.of());

        Path written = Results.write(home.resolve("new"), "locks", AT, "# Locks", Results.json(figures));

        assertThat(written).hasFileName("locks-20261121-100007.md").hasContent("# Locks");
        assertThat(written.resolveSibling("locks-20261121-100007.json"))
                .content()
                .containsSubsequence("2026-11-21T10:00:07Z", "0123456789ab", "Some CPU", "rows");
    }
}
