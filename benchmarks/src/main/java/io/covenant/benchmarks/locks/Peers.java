package io.covenant.benchmarks.locks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the programs are that do not come from Maven Central: on the PATH, or where `benchmarks/peers.sh` unpacks
/// them.
///
/// @param directory the latter
/// @param path directories of programs
record Peers(Path directory, String path) {

    Optional<Path> etcd() {
        return program("etcd", directory.resolve("etcd"));
    }

    Optional<Path> redis() {
        return program("redis-server", directory.resolve("redis"));
    }

    /// What a program needs that was unpacked rather than installed.
    Map<String, String> environment(Path program) throws IOException {
        if (!program.startsWith(directory)) {
            return Map.of();
        }
        Path libraries = program.resolveSibling("../lib").normalize();
        if (!Files.isDirectory(libraries)) {
            return Map.of();
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(libraries, "*-linux-gnu*")) {
            for (Path architecture : found) {
                return Map.of("LD_LIBRARY_PATH", architecture.toString());
            }
        }
        return Map.of();
    }

    private Optional<Path> program(String name, Path unpacked) {
        return Stream.concat(
                        Arrays.stream(path.split(File.pathSeparator, -1))
                                .filter(directory -> !directory.isBlank())
                                .map(Path::of),
                        Stream.of(unpacked.resolve("usr").resolve("bin")))
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// What a program says of itself, in a line.
    static String version(Path program, Map<String, String> environment) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.lines()
                .findFirst()
                .map(line -> line.replaceFirst(" sha=.*", ""))
                .orElse(program.toString());
    }
}
