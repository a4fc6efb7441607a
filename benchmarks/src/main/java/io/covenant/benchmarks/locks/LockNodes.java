package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Servers;
import io.covenant.benchmarks.measure.ServiceJar;
import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.identity.Identities.Identity;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.Trees;
import io.covenant.launcher.platform.PlatformHome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The three nodes of this project's lock service, over TLS, as processes of their own.
final class LockNodes implements AutoCloseable {

    static final List<String> NAMES = List.of("lock-1", "lock-2", "lock-3");
    static final List<String> FLAGS = List.of("-Xmx256m", "-XX:+UseSerialGC");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<String> program;
    private final String flags;
    private final Servers servers;
    private final Identities identities;
    private final SequencedMap<String, Integer> ports = new LinkedHashMap<>();
    private final SequencedMap<String, Integer> managementPorts = new LinkedHashMap<>();
    private final SequencedMap<String, Integer> peers = new LinkedHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private LockNodes(Path directory, List<String> program, String flags) throws IOException {
        this.directory = directory;
        this.program = List.copyOf(program);
        this.flags = flags;
        servers = new Servers(directory);
        identities = new Identities(directory.resolve("identities"), NAMES, InstantSource.system());
        for (String name : NAMES) {
            List<Integer> free = FreePorts.several(3);
            ports.put(name, free.get(0));
            managementPorts.put(name, free.get(1));
            peers.put(name, free.get(2));
        }
    }

    /// A new group.
    ///
    /// @param project the checkout, built
    /// @param directory of this group alone; what is there goes
    /// @param jvmFlags of the nodes, behind their own
    static LockNodes start(Path project, Path directory, List<String> jvmFlags)
            throws IOException, InterruptedException {
        Trees.delete(directory);
        Files.createDirectories(directory);
        Path jar = ServiceJar.unpacked(project, "lock-service", directory.resolve("app"));
        var flags = Stream.concat(FLAGS.stream(), jvmFlags.stream()).toList();
        var program = new ArrayList<>(List.of(JavaRuntime.current().executable()));
        program.addAll(flags);
        program.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-jar", jar.toString()));
        return started(new LockNodes(directory, program, String.join(" ", flags)));
    }

    /// A new group of nodes as `./covenant up` starts them: with its flags, and its cache where that is recorded.
    ///
    /// @param home      of the platform
    /// @param directory of this group alone; what is there goes
    /// @param jvmFlags  of the nodes, before their own
    static LockNodes asOfThePlatform(PlatformHome home, Path directory, List<String> jvmFlags)
            throws IOException, InterruptedException {
        Trees.delete(directory);
        Files.createDirectories(directory);
        ServiceApp app = new Apps(home.project(), home.apps(), JavaRuntime.current()).of(Role.LOCKS);
        var flags = Stream.concat(jvmFlags.stream(), app.role().flags().stream());
        return started(new LockNodes(
                directory,
                app.command(jvmFlags.toArray(String[]::new)),
                flags.collect(Collectors.joining(" ")) + (app.hasCache() ? ", AOT cache" : ", no AOT cache")));
    }

    private static LockNodes started(LockNodes nodes) throws IOException, InterruptedException {
        try {
            for (String name : NAMES) {
                nodes.start(name);
            }
            for (String name : NAMES) {
                nodes.awaitReady(name);
            }
            return nodes;
        } catch (IOException | InterruptedException | RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    void start(String name) throws IOException {
        Identity identity = identities.of(name);
        var command = new ArrayList<String>();
        program.stream().map(word -> word.replace("NODE", name)).forEach(command::add);
        command.addAll(List.of(
                "--server.address=127.0.0.1",
                "--server.port=" + port(name),
                "--management.server.port=" + managementPorts.get(name),
                "--covenant.node=" + name,
                "--covenant.security.mode=open",
                "--covenant.locks.data=" + servers.home(name),
                "--covenant.locks.bootstrap=" + String.join(",", NAMES),
                "--covenant.locks.tls.certificate=" + identity.certificate(),
                "--covenant.locks.tls.key=" + identity.key(),
                "--covenant.locks.tls.authority=" + identity.authority()));
        for (String other : NAMES) {
            command.add("--covenant.locks.peers.%s=127.0.0.1:%d".formatted(other, peers.get(other)));
            command.add("--covenant.locks.members.%s=%s".formatted(other, base(other)));
        }
        servers.start(name, command, Map.of());
    }

    void awaitReady(String name) throws IOException, InterruptedException {
        servers.await(name, HealthCheck.readiness(Objects.requireNonNull(managementPorts.get(name)))::passes);
    }

    /// As if its machine lost power; returns when it is dead.
    void kill(String name) throws InterruptedException {
        servers.process(name).destroyForcibly().waitFor();
    }

    /// As an operator ends it.
    void askToStop(String name) {
        servers.process(name).destroy();
    }

    void awaitEnd(String name) throws InterruptedException {
        if (!servers.process(name).waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(name + " does not end");
        }
    }

    /// The node that says it leads.
    String primary() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (String name : NAMES) {
                if (leads(name)) {
                    return name;
                }
            }
            Thread.sleep(20);
        }
        throw new IOException("no node leads");
    }

    private boolean leads(String name) throws InterruptedException {
        try {
            return servers.process(name).isAlive()
                    && get(name, "/admin/locks/self", Duration.ofSeconds(1))
                            .body()
                            .contains("\"role\":\"LEADER\"");
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> get(String name, String path, Duration patience)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(base(name).resolve(path))
                        .timeout(patience)
                        .build(),
                BodyHandlers.ofString());
    }

    int port(String name) {
        return Objects.requireNonNull(ports.get(name));
    }

    URI base(String name) {
        return URI.create("http://127.0.0.1:" + port(name));
    }

    List<URI> bases() {
        return NAMES.stream().map(this::base).toList();
    }

    SequencedMap<String, ProcessHandle> handles() {
        return servers.handles();
    }

    String flags() {
        return flags;
    }

    @Override
    public void close() {
        servers.close();
        http.close();
    }

    @Override
    public String toString() {
        return "three nodes in " + directory;
    }
}
