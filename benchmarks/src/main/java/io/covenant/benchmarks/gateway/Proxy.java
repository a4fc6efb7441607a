package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.CpuTime;
import io.covenant.benchmarks.measure.Servers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A contestant that runs: a process with all its children, or nothing at all where the backend is asked directly.
final class Proxy implements AutoCloseable {

    private final Recipe recipe;
    private final int port;
    private final @Nullable Servers servers;

    /// @param servers with the proxy under the recipe's name; absent where there is none
    Proxy(Recipe recipe, int port, @Nullable Servers servers) {
        this.recipe = recipe;
        this.port = port;
        this.servers = servers;
    }

    String name() {
        return recipe.name();
    }

    Recipe recipe() {
        return recipe;
    }

    int port() {
        return port;
    }

    /// What it has used since it began.
    Duration cpu() {
        return processes().map(CpuTime::ofFamily).reduce(Duration.ZERO, Duration::plus);
    }

    long memoryKibibytes() {
        List<ProcessHandle> family = processes()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .toList();
        return Servers.memoryKibibytes(family);
    }

    private Stream<ProcessHandle> processes() {
        return servers == null ? Stream.empty() : servers.handles().values().stream();
    }

    /// Forgets what it has logged so far, or a measurement would fill the disk.
    void emptyLog() throws IOException {
        if (servers != null && Files.exists(servers.log(name()))) {
            try (var log = new RandomAccessFile(servers.log(name()).toFile(), "rw")) {
                log.setLength(0);
            }
        }
    }

    /// Has it end by itself.
    void stop(Duration patience) throws IOException, InterruptedException {
        if (servers != null) {
            servers.stop(name(), patience);
        }
    }

    @Override
    public void close() {
        if (servers != null) {
            servers.close();
        }
    }
}
