package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.platform.NodeEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveProgressTests {

    @Test
    void redrawsItsLinesInPlace() {
        var bytes = new ByteArrayOutputStream();
        var console = new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8), System.err, true);

        try (var progress = console.progress(List.of("postgres", "gateway"))) {
            progress.on("gateway", new NodeEvent.Waiting("postgres"));
            progress.on("postgres", new NodeEvent.Healthy(Duration.ofSeconds(1)));
        }

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("gateway   \u001b[2mwaiting for postgres\u001b[0m\n\u001b[1A")
                .contains("postgres  \u001b[32mhealthy after 1.0 s\u001b[0m\ngateway   \u001b[2mwaiting");
    }
}
