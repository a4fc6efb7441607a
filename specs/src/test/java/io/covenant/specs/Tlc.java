package io.covenant.specs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The model checker TLC, as a process: it keeps its state in statics and ends its JVM.
final class Tlc {

    private static final Pattern VIOLATED =
            Pattern.compile("(?:Invariant|Action property|Temporal property) (\\w+) is violated");
    private static final Pattern STATES = Pattern.compile("([0-9]+) states generated, ([0-9]+) distinct states found");

    private Tlc() {}

    /// What TLC found.
    ///
    /// @param violated the property that some behaviour breaks
    /// @param distinct the states that it saw
    /// @param steps    of the behaviour that breaks the property, the initial state included; else 0
    /// @param output   all that it said
    record Verdict(boolean completed, Optional<String> violated, long distinct, int steps, String output) {}

    /// Checks the model breadth first with one worker, so that the behaviour that breaks a property is a shortest
    /// one and the same in each run.
    static Verdict check(Model model, Path scratch, Duration patience) throws IOException, InterruptedException {
        Files.createDirectories(scratch);
        var said = scratch.resolve("output.txt");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx1g",
                        "-Djava.io.tmpdir=" + scratch,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tlc2.TLC",
                        "-workers",
                        "1",
                        "-nowarning",
                        "-metadir",
                        scratch.resolve("states").toString(),
                        "-config",
                        model.configuration().getFileName().toString(),
                        model.specification())
                .directory(model.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(
                        "%s takes longer than %s:%n%s".formatted(model, patience, Files.readString(said)));
            }
        } finally {
            process.destroyForcibly();
        }
        return read(Files.readString(said));
    }

    static Verdict read(String output) {
        var violated = VIOLATED.matcher(output);
        var states = STATES.matcher(output);
        long distinct = 0;
        while (states.find()) {
            distinct = Long.parseLong(states.group(2));
        }
        return new Verdict(
                output.contains("Model checking completed. No error has been found."),
                violated.find() ? Optional.of(violated.group(1)) : Optional.empty(),
                distinct,
                (int) output.lines().filter(line -> line.startsWith("State ")).count(),
                output);
    }

    static List<String> behaviour(Verdict verdict) {
        return verdict.output()
                .lines()
                .filter(line -> line.startsWith("State "))
                .map(line -> line.replaceAll("^State [0-9]+: <([A-Za-z ]+?)( line .*)?>$", "$1"))
                .toList();
    }
}
