package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.http.HttpLoad;
import io.covenant.benchmarks.http.Pace;
import io.covenant.benchmarks.measure.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Starts applications over and over, without and with a cache of what they loaded and learnt in an earlier life.
final class StartUps {

    private static final Duration TRAINING = Duration.ofSeconds(20);

    /// The cache is made at the end of that life, on one core.
    private static final Duration WRITING = Duration.ofMinutes(5);

    private final Rig rig;
    private final Cores cores;
    private final Path directory;
    private final int starts;
    private final Consumer<String> progress;

    StartUps(Rig rig, Cores cores, Path directory, int starts, Consumer<String> progress) {
        this.rig = rig;
        this.cores = cores;
        this.directory = directory;
        this.starts = starts;
        this.progress = progress;
    }

    /// In two lines, the first without a cache.
    List<StartUp> of(Recipe.Java recipe) throws IOException, InterruptedException {
        Path home = Files.createDirectories(directory.resolve("start-" + recipe.name()));
        Path cache = home.resolve("aot.cache");
        StartUp without = starts(recipe, home, 0);
        train(recipe.with("-XX:AOTCacheOutput=" + cache), home.resolve("training"));
        StartUp with = starts(recipe.with("-XX:AOTCache=" + cache), home, Files.size(cache) >> 20);
        return List.of(without, with);
    }

    private StartUp starts(Recipe.Java recipe, Path home, long cacheMebibytes)
            throws IOException, InterruptedException {
        var times = new ArrayList<Double>();
        var cpu = new ArrayList<Double>();
        for (int i = 0; i < starts; i++) {
            long began = System.nanoTime();
            try (Proxy proxy =
                    recipe.start(rig, cores, home.resolve((cacheMebibytes == 0 ? "plain-" : "cached-") + i))) {
                times.add((double) (System.nanoTime() - began));
                cpu.add((double) proxy.cpu().toNanos());
            }
        }
        var median = new StartUp(
                recipe.name(),
                nanos(Spread.of(times).median()),
                nanos(Spread.of(cpu).median()),
                cacheMebibytes);
        progress.accept("%s starts in %.1f s, %.1f s of CPU, with a cache of %d MiB"
                .formatted(
                        median.contestant(),
                        median.time().toMillis() / 1e3,
                        median.cpu().toMillis() / 1e3,
                        median.cacheMebibytes()));
        return median;
    }

    private static Duration nanos(double nanos) {
        return Duration.ofNanos(Math.round(nanos));
    }

    /// A life under load, at whose end the JVM writes the cache.
    private void train(Recipe.Java recipe, Path home) throws IOException, InterruptedException {
        try (Proxy proxy = recipe.start(rig, cores, home)) {
            try (HttpLoad load = rig.connect(proxy.port(), Measurement.CAPACITY.connections())) {
                load.run(new Pace.Closed(TRAINING));
            }
            proxy.stop(WRITING);
        }
    }
}
