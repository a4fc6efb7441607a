package io.covenant.benchmarks.measure;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.JavaRuntime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/// An application of the checkout, built to run.
public final class ServiceJar {

    private ServiceJar() {}

    /// The application with its libraries beside it, which starts sooner than from within one jar.
    ///
    /// @param project the checkout, built
    /// @param module where it is in it
    /// @param to a directory that is not there yet
    /// @return its jar
    public static Path unpacked(Path project, String module, Path to) throws IOException, InterruptedException {
        return unpacked(executable(project.resolve(module)), to);
    }

    /// Any executable jar with its libraries beside it.
    ///
    /// @param to a directory that is not there yet
    /// @return its jar
    public static Path unpacked(Path executable, Path to) throws IOException, InterruptedException {
        Process unpacking = new ProcessBuilder(
                        JavaRuntime.current().executable(),
                        "-Djarmode=tools",
                        "-jar",
                        executable.toString(),
                        "extract",
                        "--destination",
                        to.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (unpacking.waitFor() != 0) {
            throw new IOException(executable + " cannot be unpacked into " + to);
        }
        return to.resolve(executable.getFileName().toString());
    }

    private static Path executable(Path module) throws IOException {
        Path target = module.resolve("target");
        var jars = new ArrayList<Path>();
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "*-exec.jar")) {
                found.forEach(jars::add);
            }
        }
        return jars.stream()
                .findFirst()
                .orElseThrow(() -> new LauncherFailure(
                        "%s is not built: ./mvnw -DskipTests package.".formatted(module.getFileName())));
    }
}
