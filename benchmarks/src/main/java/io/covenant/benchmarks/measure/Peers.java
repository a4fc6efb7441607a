package io.covenant.benchmarks.measure;

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
public record Peers(Path directory, String path) {

    /// Its server.
    public Optional<Path> etcd() {
        return program("etcd", directory.resolve("etcd"));
    }

    /// Its server.
    public Optional<Path> redis() {
        return program("redis-server", directory.resolve("redis"));
    }

    /// The web server, which is a proxy as well.
    public Optional<Path> nginx() {
        return program("nginx", directory.resolve("nginx"));
    }

    /// The proxy.
    public Optional<Path> haproxy() {
        return program("haproxy", directory.resolve("haproxy"));
    }

    /// What a program needs that was unpacked rather than installed.
    public Map<String, String> environment(Path program) throws IOException {
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
                        Stream.of("bin", "sbin").map(unpacked.resolve("usr")::resolve))
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// What a program says of itself, in a line.
    public static String version(Path program, Map<String, String> environment)
            throws IOException, InterruptedException {
        return version(program, environment, "--version");
    }

    /// What a program says of itself, in a line, when it is asked by this flag.
    public static String version(Path program, Map<String, String> environment, String flag)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(program.toString(), flag).redirectErrorStream(true);
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
