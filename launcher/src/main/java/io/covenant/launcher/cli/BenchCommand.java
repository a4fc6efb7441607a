package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.JavaRuntime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        description = "Measures; starts what it needs by itself. 'bench --help' of its own tells more.")
final class BenchCommand implements Callable<Integer> {

    /// The services' collector: the cheapest in CPU, which is what two cores are short of.
    private static final List<String> MEMORY = List.of("-XX:+UseSerialGC", "-Xmx512m");

    private final Context context;

    @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = "for the benchmarks")
    List<String> arguments = List.of();

    BenchCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path project = context.home().get().project();
        var command = new ArrayList<String>();
        command.add(JavaRuntime.current().executable());
        command.addAll(MEMORY);
        command.addAll(List.of("-jar", jar(project).toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static Path jar(Path project) throws IOException {
        Path target = project.resolve("benchmarks").resolve("target");
        var jars = new ArrayList<Path>();
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "benchmarks-*.jar")) {
                found.forEach(jars::add);
            }
        }
        return jars.stream()
                .max(Comparator.comparingLong(jar -> jar.toFile().lastModified()))
                .orElseThrow(() -> new LauncherFailure("The benchmarks are not built: ./mvnw -DskipTests package."));
    }
}
