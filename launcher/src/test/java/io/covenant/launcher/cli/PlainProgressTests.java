package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.platform.NodeEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainProgressTests {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Console console =
            new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8), System.err, false);

    @Test
    void tellsTheStoryOfANodeInOneLineWithoutControlCharacters() {
        try (var progress = console.progress(List.of("postgres", "coordinator-1"))) {
            progress.on("coordinator-1", new NodeEvent.Waiting("postgres"));
            progress.on("postgres", new NodeEvent.Starting());
            progress.on("postgres", new NodeEvent.Healthy(Duration.ofMillis(1049)));
            progress.on("coordinator-1", new NodeEvent.Starting());
            progress.note("Something about the whole.");
            progress.on("coordinator-1", new NodeEvent.Healthy(Duration.ofMillis(3900)));
        }

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                postgres       starting ... healthy after 1.0 s
                Something about the whole.
                coordinator-1  waiting for postgres ... starting ... healthy after 3.9 s
                """);
    }

    @Test
    void tellsWhatFailed() {
        try (var progress = console.progress(List.of("gateway"))) {
            progress.on("gateway", new NodeEvent.Starting());
            progress.on("gateway", new NodeEvent.Failed("ended by itself after 2.0 s", List.of("a stack trace")));
        }

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("gateway  starting ... FAILED: ended by itself after 2.0 s\n");
    }
}
