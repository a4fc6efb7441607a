package io.covenant.launcher.platform;

import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.node.LaunchPlan;
import io.covenant.launcher.node.Mark;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.RecordedNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Records the services' caches of loaded classes in the background: by a [Rehearsal]; or, where that fails, by
/// starting each service once beside the platform, up to the point where it would begin to serve.
final class Training {

    static final String NODE = "aot-training";

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Training() {}

    /// This very launcher as a process in the background, with the lowest priority.
    static Node node(PlatformHome home, InstantSource clock) {
        return new RecordedNode(
                NODE,
                0,
                home.records(),
                home.logs(),
                () -> true,
                () -> new LaunchPlan(
                        List.of(
                                "nice",
                                "-n",
                                "19",
                                JavaRuntime.current().executable(),
                                home.mark().argument(NODE),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                JavaRuntime.classPath(),
                                "io.covenant.launcher.cli.Launcher",
                                "train"),
                        Map.of(
                                "COVENANT_ROOT",
                                home.project().toString(),
                                "COVENANT_HOME",
                                home.state().toString()),
                        home.state(),
                        NODE),
                clock);
    }

    /// Ends the training at once, and all that it has started: nothing is lost but recordings.
    static void stop(Node training, PlatformHome home) {
        training.killFamily();
        training.stop(Duration.ZERO);
        home.mark().strays(Set.of()).stream()
                .filter(stray -> stray.node().equals(NODE))
                .forEach(stray -> stray.kill());
        Rehearsal.end(home.rehearsal());
    }

    /// Records the cache of one service by its start alone, and says what came of it.
    static String recordStart(ServiceApp app, Mark mark, Map<String, String> environment, Path directory) {
        long began = System.nanoTime();
        Path partial = app.cache().resolveSibling("partial.aot");
        try {
            Files.deleteIfExists(partial);
            var builder = new ProcessBuilder(app.recordingStart(partial, mark.argument(NODE)))
                    .directory(directory.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .inheritIO();
            builder.environment().putAll(environment);
            Process process = builder.start();
            var end = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(end);
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(end);
            if (!ended || process.exitValue() != 0 || !Files.exists(partial)) {
                Files.deleteIfExists(partial);
                return "%s: no cache could be recorded, its starts stay slow."
                        .formatted(app.role().module());
            }
            Files.move(partial, app.cache(), StandardCopyOption.ATOMIC_MOVE);
            return "%s: recorded in %s"
                    .formatted(app.role().module(), Words.seconds(Duration.ofNanos(System.nanoTime() - began)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
