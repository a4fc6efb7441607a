package io.covenant.launcher.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Short-lived programs of the operating system: run, waited for, and asked what they said.
final class Commands {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Commands() {}

    /// @param output standard output and standard error, in the order in which they came
    record Result(int exitCode, String output) {

        boolean succeeded() {
            return exitCode == 0;
        }
    }

    static Result run(List<String> command) {
        return run(command, "");
    }

    static Result run(List<String> command, String standardInput) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .start();
            try (var in = process.getOutputStream()) {
                in.write(standardInput.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // It ended without reading; what it said tells why.
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new PostgresFailure(command.getFirst() + " did not end within " + PATIENCE.toSeconds() + " s");
            }
            return new Result(process.exitValue(), output.strip());
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            throw PostgresFailure.interrupted("waiting for " + command.getFirst());
        }
    }

    /// The program on the `PATH`, if this machine has it.
    static Optional<Path> find(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/bin:/bin:/usr/sbin:/sbin";
        return List.of(path.split(":")).stream()
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
