package io.covenant.locks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.covenant.locks.ServiceProcesses;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The primary's disk is full. Only root may mount the small disk that this takes; skipped without.
@RealPostgres
@Timeout(360)
class FullDiskTests {

    private final TestDatabase database;
    private final List<Path> mounted = new ArrayList<>();

    @TempDir
    private Path directory;

    FullDiskTests(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void mountDisks() throws Exception {
        for (var name : ServiceProcesses.NAMES) {
            var disk = Files.createDirectory(directory.resolve("data-" + name));
            assumeTrue(
                    run("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk.toString()),
                    "a small disk can be mounted, which takes root");
            mounted.add(disk);
        }
    }

    @AfterEach
    void unmountDisks() throws Exception {
        for (var disk : mounted) {
            assertThat(run("umount", "-l", disk.toString())).isTrue();
        }
    }

    @Test
    void losesNothingWhenThePrimarysDiskIsFull() throws Exception {
        GuardedWriters.makeTables(database);
        try (var service = new ServiceProcesses(directory).started()) {
            service.ready();
            try (var writers = new GuardedWriters(
                    database, ServiceProcesses.NAMES.stream().map(service::base).toList(), 4)) {
                writers.awaitMore(20);
                var full = service.primary();
                var junk = directory.resolve("data-" + full).resolve("junk");

                fill(junk);
                writers.awaitMore(200);

                Files.delete(junk);
                service.restart(full);
                service.ready(full);
                writers.awaitMore(20);
                writers.requireRight();
            }
        }
    }

    /// Leaves no byte.
    private static void fill(Path junk) throws IOException {
        byte[] block = new byte[64 * 1024];
        try (var out = Files.newOutputStream(junk)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space");
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
