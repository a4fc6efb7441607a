package io.covenant.testing;

import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.platform.PlatformHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A running lock service of one node: the real one, from its jar, as a process of its own, and the faults a test may
/// inflict on it.
///
/// Address and data stay the same through every kill and start. It ends with this JVM, also when that is killed.
public final class LockServiceInstance {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int LINES_TOLD = 30;
    private static final String NODE = "lock-1";

    private final ServiceApp app;
    private final Path home;
    private final int port;
    private final int managementPort;
    private final int peerPort;
    private @Nullable Process process;

    private LockServiceInstance(ServiceApp app, Path home, List<Integer> ports) {
        this.app = app;
        this.home = home;
        this.port = ports.get(0);
        this.managementPort = ports.get(1);
        this.peerPort = ports.get(2);
    }

    /// That of this JVM, started on first use.
    public static LockServiceInstance shared() {
        return Shared.INSTANCE;
    }

    private static final class Shared {
        static final LockServiceInstance INSTANCE = started();
    }

    private static LockServiceInstance started() {
        try {
            var checkout = PlatformHome.checkoutAround(Path.of(""));
            var apps = new Apps(checkout, checkout.resolve("lock-service/target/app"), JavaRuntime.current());
            var home = Files.createTempDirectory("covenant-locks-");
            var instance = new LockServiceInstance(apps.of(Role.LOCKS), home, FreePorts.several(3));
            instance.start();
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// Starts or wakes it if need be, and returns when it serves.
    public synchronized void start() {
        var running = process;
        if (running != null && running.isAlive()) {
            signal("CONT");
        } else {
            process = launch();
        }
        awaitReady();
    }

    public synchronized void kill() {
        var running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    /// Freezes it: connections stay open and get no answer.
    public synchronized void pause() {
        signal("STOP");
    }

    private Process launch() {
        var command = new ArrayList<>(app.command());
        command.addAll(List.of(
                "--server.port=" + port,
                "--management.server.port=" + managementPort,
                "--covenant.node=" + NODE,
                "--covenant.locks.data=" + home.resolve("data"),
                "--covenant.locks.bootstrap=" + NODE,
                "--covenant.locks.peers." + NODE + "=127.0.0.1:" + peerPort,
                "--covenant.locks.members." + NODE + "=" + address(),
                "--covenant.locks.tls.required=false",
                "--covenant.security.mode=open"));
        try {
            var started = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
            endWithThisJvm(started.pid());
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A shell waits on a pipe that the operating system closes when this JVM ends.
    private void endWithThisJvm(long pid) throws IOException {
        new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "trap '' INT TERM HUP; read -r _; kill -s KILL \"$1\" 2>/dev/null; rm -rf \"$2\"",
                        "sh",
                        Long.toString(pid),
                        home.toString())
                .directory(Path.of("/").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void awaitReady() {
        var ready = HealthCheck.readiness(managementPort);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.passes()) {
            var running = process;
            if (running == null || !running.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the lock service does not serve; the end of its log:\n" + lastLines());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the lock service starts", e);
            }
        }
    }

    private void signal(String signal) {
        var running = process;
        if (running == null) {
            throw new IllegalStateException("the lock service does not run");
        }
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s $1 $2", "kill", signal, Long.toString(running.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return home.resolve("log");
    }

    private String lastLines() {
        try {
            var lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
