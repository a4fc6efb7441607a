package io.covenant.benchmarks.measure;

import io.covenant.launcher.node.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Server processes of one system, each with a directory and a log.
///
/// Each is written down, so that one that outlives this program is ended by the next.
public final class Servers implements AutoCloseable {

    private static final Duration START_PATIENCE = Duration.ofSeconds(150);
    private static final int LINES_TOLD = 30;

    private final Path directory;
    private final SequencedMap<String, Process> processes = new LinkedHashMap<>();
    private final Thread atExit = new Thread(this::killAll);

    /// @param directory of this system alone
    public Servers(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /// Something that a server can be asked to find out whether it is ready.
    @FunctionalInterface
    public interface Check {

        boolean passes() throws Exception;
    }

    /// Ends what an earlier program left.
    public static void endStrays(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path pid :
                    files.filter(file -> file.toString().endsWith(".pid")).toList()) {
                String[] words = Files.readString(pid).strip().split(" ", 2);
                ProcessIdentity.of(Long.parseLong(words[0]))
                        .filter(identity -> identity.started().equals(words[1]))
                        .flatMap(identity -> ProcessHandle.of(identity.pid()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /// For its data; made when it is asked for.
    public Path home(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /// What it said.
    public Path log(String name) {
        return directory.resolve(name + ".log");
    }

    /// Starts one.
    public void start(String name, List<String> command, Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(home(name).toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.put(name, process);
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();
        Files.writeString(directory.resolve(name + ".pid"), identity.pid() + " " + identity.started());
    }

    /// Waits until one is ready.
    ///
    /// @throws IOException with the end of its log when it does not become ready
    public void await(String name, Check ready) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!passes(ready)) {
            if (!process(name).isAlive() || System.nanoTime() - deadline > 0) {
                List<String> lines = new String(Files.readAllBytes(log(name)), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                throw new IOException(name + " did not become ready; the end of " + log(name) + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size())));
            }
            Thread.sleep(50);
        }
    }

    private static boolean passes(Check check) throws InterruptedException {
        try {
            return check.passes();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception notYet) {
            return false;
        }
    }

    /// One that was started.
    public Process process(String name) {
        Process process = processes.get(name);
        if (process == null) {
            throw new IllegalArgumentException(name + " does not run");
        }
        return process;
    }

    /// Asks one to end, and waits until it has done all that it does at its end.
    ///
    /// @throws IOException if that takes longer
    public void stop(String name, Duration patience) throws IOException, InterruptedException {
        Process process = process(name);
        process.destroy();
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(name + " does not end within " + patience);
        }
    }

    /// All that were started.
    public SequencedMap<String, ProcessHandle> handles() {
        var handles = new LinkedHashMap<String, ProcessHandle>();
        processes.forEach((name, process) -> handles.put(name, process.toHandle()));
        return handles;
    }

    /// What they used together since they began.
    public static Duration cpu(Collection<ProcessHandle> processes) {
        return processes.stream().map(CpuTime::of).reduce(Duration.ZERO, Duration::plus);
    }

    /// Resident; 0 where the system does not tell.
    public static long memoryKibibytes(Collection<ProcessHandle> processes) {
        return processes.stream()
                .mapToLong(process -> {
                    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
                        return lines.filter(line -> line.startsWith("VmRSS:"))
                                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                                .sum();
                    } catch (IOException e) {
                        return 0;
                    }
                })
                .sum();
    }

    private void killAll() {
        processes.values().forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroy);
        for (Process process : processes.values()) {
            end(process);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            killAll();
        }
    }

    private static void end(Process process) {
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
