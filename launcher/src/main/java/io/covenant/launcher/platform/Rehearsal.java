package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// A small platform beside the one that runs, which leads a short life so that its services can record their caches at
/// the end of it: with what the first requests need, and not only what a start does.
///
/// It has a directory, a PostgreSQL and ports of its own. As many processes start or end together as it is told: with
/// one after the other it never asks for more than one processor.
final class Rehearsal {

    /// With the lowest priority, and the classes written down.
    private static final Duration START = Duration.ofMinutes(5);

    private static final Duration WRITING = Duration.ofMinutes(5);
    private static final int DELETIONS = 50;
    private static final String PARTIAL = "partial.aot";
    private static final int APPS_DEPTH = 3;

    private final PlatformHome home;
    private final Map<Role, ServiceApp> recorded;
    private final int atOnce;

    /// @param home     that nothing else uses
    /// @param recorded whose caches are wanted
    /// @param atOnce   how many start or end at the same time
    Rehearsal(PlatformHome home, Map<Role, ServiceApp> recorded, int atOnce) {
        this.home = home;
        this.recorded = recorded;
        this.atOnce = atOnce;
    }

    /// Starts it, leads the life, ends it, and puts what was recorded where it belongs; leaves nothing else behind.
    void run(Life life, Progress progress) throws InterruptedException {
        end(home);
        var partials = new LinkedHashMap<Role, Path>();
        recorded.forEach((role, app) -> partials.put(role, partial(app)));
        try {
            var platform = Platform.recording(home, partials, atOnce);
            Map<String, NodeEvent.Failed> failures = platform.up(START, Progress.SILENT);
            if (!failures.isEmpty()) {
                throw new LauncherFailure(failures.toString());
            }
            life.lead(platform);
            stop(platform, progress);
        } finally {
            end(home);
        }
    }

    /// The database last: the others need it until they end.
    private void stop(Platform platform, Progress progress) {
        try (ExecutorService workers = Executors.newFixedThreadPool(atOnce)) {
            CompletableFuture.allOf(platform.names().reversed().stream()
                            .filter(name -> !name.equals(Topology.POSTGRES))
                            .map(name -> CompletableFuture.runAsync(
                                    () -> stop(platform.node(name), platform.recordingOf(name), progress), workers))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
        platform.node(Topology.POSTGRES).stop(WRITING);
    }

    private void stop(Node node, List<Role> records, Progress progress) {
        long began = System.nanoTime();
        node.stop(WRITING);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        if (took.compareTo(WRITING) >= 0) {
            return; // it was killed while it wrote
        }
        for (Map.Entry<Role, ServiceApp> each : recorded.entrySet()) {
            Path partial = partial(each.getValue());
            if (records.contains(each.getKey()) && Files.exists(partial)) {
                keep(partial, each.getValue().cache());
                progress.note(
                        "%s: recorded, written in %s".formatted(each.getKey().module(), Words.seconds(took)));
            }
        }
    }

    private static void keep(Path partial, Path cache) {
        try {
            Files.move(partial, cache, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path partial(ServiceApp app) {
        return app.cache().resolveSibling(PARTIAL);
    }

    /// What was not written to its end, and what the JVM wrote on the way to it.
    private static void deletePartials(Path apps) throws IOException {
        if (Files.exists(apps)) {
            try (Stream<Path> files = Files.walk(apps, APPS_DEPTH)) {
                for (Path file : files.filter(Rehearsal::isPartial).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isPartial(Path file) {
        return file.getFileName().toString().startsWith(PARTIAL);
    }

    /// Ends at once what is left of one, whoever led it, and deletes its directory and what it recorded by halves.
    static void end(PlatformHome home) {
        if (!Files.exists(home.state())) {
            return;
        }
        home.mark().strays(Set.of()).forEach(stray -> stray.kill());
        Platform.in(home).node(Topology.POSTGRES).kill();
        try {
            deletePartials(home.apps());
            for (int left = DELETIONS; Files.exists(home.state()); left--) {
                try {
                    Trees.delete(home.state());
                } catch (IOException stillWritten) {
                    if (left == 0) {
                        throw stillWritten;
                    }
                    Thread.sleep(100);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
