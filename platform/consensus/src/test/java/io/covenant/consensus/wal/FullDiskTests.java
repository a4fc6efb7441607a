package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log on a real disk of two megabytes.
class FullDiskTests {

    private static final Identity ME = new Identity("group", "node");
    private static final LogOptions OPTIONS = LogOptions.standard().withSegmentBytes(256 * 1024);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run(List.of("mount", "-t", "tmpfs", "-o", "size=2m", "covenant-test", directory.toString()));
        assumeTrue(mounted, "only root may mount a small tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run(List.of("umount", directory.toString()));
        }
    }

    @Test
    void saysThatItIsFullAndOpensWithAllThatWasConfirmed() throws IOException {
        var storage = FileStorage.at(directory.resolve("log"));
        var confirmed = 0L;
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            for (var index = 1L; ; index++) {
                log.append(index, 1, ByteBuffer.allocate(1000));
                log.force();
                confirmed = index;
            }
        } catch (BrokenLogException full) {
            assertThat(full.diskFull()).isTrue();
            assertThat(full).hasMessageContaining("no space is left for the log in " + directory);
        }
        assertThat(confirmed).isGreaterThan(1000);

        try (var log = WriteAheadLog.open(storage, ME, OPTIONS)) {
            assertThat(log.lastIndex()).isGreaterThanOrEqualTo(confirmed);
            log.compactTo(confirmed, 1);
            log.force();
            assertThat(log.segments()).isLessThan(3);
            log.append(log.lastIndex() + 1, 1, ByteBuffer.allocate(1000));
            log.force();
        }
    }

    private static boolean run(List<String> command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
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
