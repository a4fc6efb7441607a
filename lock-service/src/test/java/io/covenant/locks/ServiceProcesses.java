package io.covenant.locks;

import static org.awaitility.Awaitility.await;

import io.covenant.launcher.node.FreePorts;
import io.covenant.locks.faults.Cable;
import io.covenant.locks.faults.Machines;
import io.covenant.locks.node.Authority;
import io.covenant.locks.web.Api;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import org.jspecify.annotations.Nullable;

/// Three nodes as processes of their own, over mutual TLS.
public final class ServiceProcesses implements AutoCloseable {

    public static final List<String> NAMES = List.of("lock-1", "lock-2", "lock-3");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Three processes start at once, on a machine that may have other things to do.
    private static final Duration START = Duration.ofSeconds(150);

    private static final int LINES_TOLD = 40;

    private final Path directory;
    private String tiered = "-XX:TieredStopAtLevel=1";
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, Integer> managementPorts = new TreeMap<>();
    private final Map<String, Integer> peers = new TreeMap<>();
    private final Map<String, Authority.Identity> identities = new TreeMap<>();
    private final Map<String, Process> processes = new TreeMap<>();
    private final Map<Link, Cable> cables = new HashMap<>();
    private @Nullable Machines machines;

    private record Link(String from, String to) {}

    public ServiceProcesses(Path directory) throws Exception {
        this.directory = directory;
        var authority = new Authority(directory);
        var free = FreePorts.several(3 * NAMES.size()).iterator();
        for (var name : NAMES) {
            ports.put(name, free.next());
            managementPorts.put(name, free.next());
            peers.put(name, free.next());
            identities.put(name, authority.issue(name));
        }
    }

    /// With something between each two nodes that can be cut.
    public ServiceProcesses withCables() {
        for (var from : NAMES) {
            for (var to : NAMES) {
                if (!from.equals(to)) {
                    cables.put(new Link(from, to), new Cable(Objects.requireNonNull(peers.get(to))));
                }
            }
        }
        return this;
    }

    /// Each on a machine of its own.
    public ServiceProcesses on(Machines those) {
        machines = those;
        return this;
    }

    /// Nothing that one node says reaches the other, whoever of them had connected.
    public void cut(String from, String to) {
        cable(from, to).hold(Cable.Way.THERE);
        cable(to, from).hold(Cable.Way.BACK);
    }

    public void delay(Duration each) {
        cables.values().forEach(cable -> cable.delay(each));
    }

    public void mend() {
        cables.values().forEach(Cable::mend);
    }

    private Cable cable(String from, String to) {
        return Objects.requireNonNull(cables.get(new Link(from, to)));
    }

    private int peerPort(String of, String other) {
        var cable = cables.get(new Link(of, other));
        return cable == null ? Objects.requireNonNull(peers.get(other)) : cable.port();
    }

    /// For measurements; tests start sooner without.
    ServiceProcesses compilingWell() {
        tiered = "-XX:TieredStopAtLevel=4";
        return this;
    }

    /// Processor time that all nodes took.
    long cpuMillis() {
        return processes.values().stream()
                .mapToLong(process -> process.info()
                        .totalCpuDuration()
                        .map(Duration::toMillis)
                        .orElse(0L))
                .sum();
    }

    public ServiceProcesses started() throws IOException {
        for (var name : NAMES) {
            start(name);
        }
        return this;
    }

    public void start(String name) throws IOException {
        var identity = Objects.requireNonNull(identities.get(name));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                tiered,
                "-XX:+UseSerialGC",
                "-Xmx160m",
                "-cp",
                System.getProperty("java.class.path"),
                LockServiceApplication.class.getName(),
                "--server.address=" + address(name),
                "--server.port=" + ports.get(name),
                "--management.server.port=" + managementPorts.get(name),
                "--covenant.node=" + name,
                "--covenant.security.mode=open",
                "--covenant.locks.data=" + directory.resolve("data-" + name),
                "--covenant.locks.bootstrap=" + String.join(",", NAMES),
                "--covenant.locks.election-timeout=1500ms", // of three processes on one slow machine each rests at
                // times
                "--covenant.locks.tls.certificate=" + identity.certificate(),
                "--covenant.locks.tls.key=" + identity.key(),
                "--covenant.locks.tls.authority=" + identity.authority()));
        command.addAll(1, more(name));
        if (machines != null) {
            command.addAll(0, machines.enter(name));
        }
        for (var other : NAMES) {
            command.add("--covenant.locks.peers.%s=%s:%d".formatted(other, address(other), peerPort(name, other)));
            command.add("--covenant.locks.members.%s=%s".formatted(other, base(other)));
        }
        processes.put(
                name,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve(name + ".log").toFile()))
                        .start());
    }

    /// For a look into a node: `-Dprocess.arguments=-XX:StartFlightRecording=filename=/tmp/NODE.jfr`.
    private static List<String> more(String name) {
        var given = System.getProperty("process.arguments", "");
        return given.isEmpty() ? List.of() : List.of(given.replace("NODE", name).split(" "));
    }

    public URI base(String name) {
        return URI.create("http://%s:%d".formatted(address(name), ports.get(name)));
    }

    private String address(String name) {
        return machines == null ? "127.0.0.1" : machines.address(name);
    }

    public Api api(String name) {
        return new Api(base(name));
    }

    /// Where the node is watched.
    Api management(String name) {
        return new Api(URI.create("http://%s:%d".formatted(address(name), managementPorts.get(name))));
    }

    /// The name of the node that leads, once it says so itself.
    public String primary() {
        return primaryAmong(processes.keySet());
    }

    /// The same, without asking this one.
    public String primaryBeside(String silent) {
        return primaryAmong(
                processes.keySet().stream().filter(name -> !name.equals(silent)).toList());
    }

    private String primaryAmong(Collection<String> names) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(
                        () -> names.stream()
                                .filter(name -> api(name)
                                        .get("/admin/locks/self")
                                        .body()
                                        .path("role")
                                        .asString("")
                                        .equals("LEADER"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    public String backup() {
        return beside(primary());
    }

    /// One that runs and is not this one.
    String beside(String other) {
        return processes.keySet().stream()
                .filter(name -> !name.equals(other))
                .findFirst()
                .orElseThrow();
    }

    public void ready() {
        processes.keySet().forEach(this::ready);
    }

    /// Returns when the node takes requests; fails with the end of its log if it does not come to that.
    public void ready(String name) {
        var process = Objects.requireNonNull(processes.get(name));
        try {
            await().atMost(START)
                    .ignoreExceptions()
                    .failFast(() -> !process.isAlive())
                    .until(() ->
                            management(name).get("/actuator/health/readiness").status() == 200);
        } catch (ConditionTimeoutException | TerminalFailureException never) {
            throw new AssertionError(
                    "%s is not ready (%s); the end of its log:%n%s"
                            .formatted(name, process.isAlive() ? "alive" : "ended", lastLines(name)),
                    never);
        }
    }

    private String lastLines(String name) {
        try {
            var lines = Files.readAllLines(log(name));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    public void kill(String name) throws InterruptedException {
        var process = Objects.requireNonNull(processes.remove(name));
        process.destroyForcibly().waitFor();
    }

    /// It runs no instruction, and its connections stay open.
    public void pause(String name) throws IOException, InterruptedException {
        signal(name, "STOP");
    }

    public void resume(String name) throws IOException, InterruptedException {
        signal(name, "CONT");
    }

    private void signal(String name, String signal) throws IOException, InterruptedException {
        long pid = Objects.requireNonNull(processes.get(name)).pid();
        int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -%s of %s failed".formatted(signal, name));
        }
    }

    /// Ends it if it runs, and starts it.
    public void restart(String name) throws IOException, InterruptedException {
        kill(name);
        start(name);
    }

    /// As an operator ends it.
    void stop(String name) throws InterruptedException {
        var process = Objects.requireNonNull(processes.remove(name));
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end");
        }
    }

    Path log(String name) {
        return directory.resolve(name + ".log");
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
        for (var process : processes.values()) {
            process.onExit().join();
        }
        cables.values().forEach(Cable::close);
    }
}
