package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.covenant.consensus.node.ProcessGroup.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes of which one has a disk of two megabytes.
@Timeout(120)
class FullDiskNodeTests {

    private static final int SEGMENT = 256 * 1024;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        var small = Files.createDirectory(directory.resolve("a"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=2m", "covenant-test", small.toString());
        assumeTrue(mounted, "only root may mount a small tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", directory.resolve("a").toString());
        }
    }

    @Test
    void endsItselfSaysWhyAndComesBackWhenThereIsRoom() throws Exception {
        var acknowledged = new HashSet<String>();
        try (var group = new ProcessGroup(directory, SEGMENT)) {
            var full = group.child("a");
            for (var number = 0; full.isAlive() && number < 5000; number++) {
                write(group, "%04d-%s".formatted(number, "x".repeat(2000)), acknowledged);
            }

            assertThat(full.exitCode()).isEqualTo(70);
            assertThat(full.complaints())
                    .contains("no space is left for the log in " + directory.resolve("a"))
                    .contains("free or replace its disk");
            for (var number = 0; number < 20; number++) {
                write(group, "without-" + number, acknowledged);
            }

            assertThat(run(
                            "mount",
                            "-o",
                            "remount,size=64m",
                            directory.resolve("a").toString()))
                    .isTrue();
            group.start("a");
            eventually(() -> {
                var kept = group.leader().dump();
                assertThat(kept.values()).containsAll(acknowledged);
                assertThat(group.child("a").dump()).isEqualTo(kept);
            });
        }
    }

    private static void write(ProcessGroup group, String text, Set<String> acknowledged) {
        eventually(() -> {
            var said = soon(group.leader().propose(text)).said();
            assertThat(said).isNotEqualTo(Said.REFUSED);
            if (said == Said.APPLIED) {
                acknowledged.add(text);
            }
        });
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }
}
