package io.covenant.launcher.postgres;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A server in a new directory that ends, and takes its directory along, with the JVM that started it.
///
/// It ends also when that JVM is killed: a shell waits on a pipe which the operating system closes then.
/// Should the shell be killed as well, the next temporary server on this machine clears away what is left. As
/// the server ends after the JVM and not in one of its shutdown hooks, nothing that shuts down in the JVM
/// finds its database gone.
public final class TemporaryPostgres implements AutoCloseable {

    private static final String PREFIX = "covenant-postgres-";

    private static final String WATCH = """
            read -r _
            pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
            if [ -n "$pid" ]; then
              kill -s QUIT "$pid" && kill -s CONT "$pid"
              i=0
              while kill -0 "$pid" && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
              kill -s KILL "$pid"
            fi 2>/dev/null
            rm -rf "$1"
            """;

    private final PostgresServer server;
    private final Process watchdog;

    private TemporaryPostgres(PostgresServer server, Process watchdog) {
        this.server = server;
        this.watchdog = watchdog;
    }

    /// Starts a server of this machine's binaries.
    public static TemporaryPostgres start(PostgresSettings settings) {
        return start(PostgresBinaries.unpacked(), settings);
    }

    public static TemporaryPostgres start(PostgresBinaries binaries, PostgresSettings settings) {
        try {
            clearAwayLeftovers();
            Path home = Files.createTempDirectory(PREFIX);
            // Whoever the server becomes must get through to its data, which is closed to all others.
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
            Files.writeString(home.resolve("owner"), Owner.thisJvm().line());
            var temporary = new TemporaryPostgres(PostgresServer.in(home, binaries, settings), watch(home));
            temporary.startOrClose();
            return temporary;
        } catch (IOException e) {
            throw new PostgresFailure("no temporary PostgreSQL: " + e, e);
        }
    }

    public PostgresServer server() {
        return server;
    }

    /// Stops the server and deletes all it had.
    @Override
    public void close() {
        try {
            server.stop(PostgresServer.Ending.IMMEDIATE);
            watchdog.getOutputStream().close();
            if (!watchdog.waitFor(10, TimeUnit.SECONDS)) {
                watchdog.destroyForcibly();
            }
            Directories.delete(server.home());
        } catch (IOException e) {
            throw new PostgresFailure("the temporary PostgreSQL left something in " + server.home() + ": " + e, e);
        } catch (InterruptedException _) {
            throw PostgresFailure.interrupted("closing the temporary PostgreSQL");
        }
    }

    private void startOrClose() {
        try {
            server.start(PostgresServer.IfRunning.REFUSE);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Process watch(Path home) throws IOException {
        var command = new ArrayList<String>();
        Commands.find("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        command.addAll(List.of("/bin/sh", "-c", WATCH, "sh", home.toString()));
        return new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void clearAwayLeftovers() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path home : homes) {
                if (Files.isWritable(home)
                        && Owner.of(home).filter(owner -> !owner.lives()).isPresent()) {
                    clearAway(home);
                }
            }
        }
    }

    private static void clearAway(Path home) {
        try {
            PostgresServer.in(home, new PostgresBinaries(home, ""), PostgresSettings.durable())
                    .stop(PostgresServer.Ending.IMMEDIATE);
            Directories.delete(home);
        } catch (IOException | PostgresFailure e) {
            System.getLogger(TemporaryPostgres.class.getName())
                    .log(System.Logger.Level.WARNING, "left in place: " + home + ": " + e);
        }
    }

    /// The JVM a directory belongs to.
    private record Owner(long pid, Instant startedAt) {

        private static final Duration CLOCK_CORRECTION = Duration.ofMinutes(1);

        static Owner thisJvm() {
            ProcessHandle self = ProcessHandle.current();
            return new Owner(self.pid(), self.info().startInstant().orElse(Instant.EPOCH));
        }

        static Optional<Owner> of(Path home) {
            try {
                String[] words = Files.readString(home.resolve("owner")).strip().split(" ", -1);
                return Optional.of(new Owner(Long.parseLong(words[0]), Instant.parse(words[1])));
            } catch (IOException | RuntimeException _) {
                return Optional.empty();
            }
        }

        String line() {
            return pid + " " + startedAt + "\n";
        }

        /// The moment of a start is reckoned from that of the boot, which moves a little when the clock is corrected.
        boolean lives() {
            return ProcessHandle.of(pid)
                    .filter(process -> process.info()
                            .startInstant()
                            .map(at -> Duration.between(startedAt, at).abs().compareTo(CLOCK_CORRECTION) < 0)
                            .orElse(true))
                    .isPresent();
        }
    }
}
