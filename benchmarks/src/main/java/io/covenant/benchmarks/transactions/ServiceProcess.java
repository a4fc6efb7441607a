package io.covenant.benchmarks.transactions;

import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One service in a JVM of its own, with flags for speed at work instead of a fast start.
record ServiceProcess(String node, int port, Process process, Path log) implements AutoCloseable {

    private static final String FAST_START = "-XX:TieredStopAtLevel";
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final int LINES_TOLD = 30;

    /// @param extra flags of the JVM, behind all others
    static ServiceProcess start(
            String node,
            int port,
            ServiceApp app,
            Mark mark,
            Map<String, String> environment,
            List<String> extra,
            Path logs)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(JavaRuntime.current().executable());
        command.add(mark.argument(node));
        app.role().flags().stream().filter(flag -> !flag.startsWith(FAST_START)).forEach(command::add);
        command.addAll(extra);
        command.addAll(List.of("-jar", app.jar().toString()));
        Files.createDirectories(logs);
        Path log = logs.resolve(node + ".log");
        var builder = new ProcessBuilder(command)
                .directory(logs.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new ServiceProcess(node, port, builder.start(), log);
    }

    void awaitReady() throws IOException, InterruptedException {
        HealthCheck ready = HealthCheck.readiness(port);
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!ready.passes()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                List<String> lines = Files.readAllLines(log);
                throw new IOException(node + " did not become ready; the end of " + log + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size())));
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
