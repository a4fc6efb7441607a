package io.covenant.system;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.demo.Catalogue;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.invariants.Finding;
import io.covenant.launcher.invariants.Invariants;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.load.LoadReport;
import io.covenant.launcher.load.OrderLoad;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.platform.Ports;
import io.covenant.launcher.platform.Progress;
import io.covenant.launcher.platform.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// The platform that all system tests share: two nodes of each service, on free ports, with a state of its own.
final class PlatformUnderTest implements AutoCloseable {

    private static final Duration ANSWER = Duration.ofSeconds(10);

    /// For what looks wrong to become right: thirteen processes share what processors there are.
    private static final Duration SETTLING = Duration.ofMinutes(1);

    private final Platform platform;
    private final AtomicInteger loads = new AtomicInteger();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

    private PlatformUnderTest(Platform platform) {
        this.platform = platform;
    }

    static PlatformUnderTest up() throws InterruptedException {
        Path project = PlatformHome.checkoutAround(Path.of(""));
        var home = PlatformHome.of(project, project.resolve("system-tests/target/platform"));
        var last = Platform.in(home);
        last.reset(Progress.SILENT);
        // More than half of what tests of killed processes wait for is starts.
        last.train(_ -> {}, Runtime.getRuntime().availableProcessors(), Progress.SILENT);
        var platform = Platform.in(home, new Settings(false, Ports.free()));
        var under = new PlatformUnderTest(platform);
        under.bringUp();
        try (var gateway = under.gateway()) {
            new Seeding(gateway).put(Catalogue.standard());
        }
        return under;
    }

    Platform platform() {
        return platform;
    }

    Node node(String name) {
        return platform.node(name);
    }

    /// Where these nodes answer.
    List<URI> addresses(String... names) {
        return Stream.of(names)
                .map(name -> URI.create("http://127.0.0.1:" + node(name).port()))
                .toList();
    }

    Gateway gateway() {
        return new Gateway(platform.gateway(), ANSWER, platform.token(Persona.CLERK));
    }

    /// A node, spoken to as the service `orders` would.
    Gateway asOrders(String name) {
        return asOrders(name, ANSWER);
    }

    Gateway asOrders(String name, Duration timeout) {
        return new Gateway(addresses(name).getFirst(), timeout, platform.serviceToken("orders"));
    }

    /// Starts whatever does not run, wakes whatever is paused, and waits until all is healthy.
    void bringUp() {
        requireHealthy(platform.up(Platform.DEADLINE, Progress.SILENT));
    }

    void start(String name, Map<String, String> environment) {
        requireHealthy(platform.start(name, environment, Platform.DEADLINE, Progress.SILENT));
    }

    /// Places orders in the background.
    CompletableFuture<LoadReport> load(LoadPlan plan) {
        return CompletableFuture.supplyAsync(() -> place(plan), background);
    }

    /// What was acknowledged so far, whatever load it was acknowledged to, and what the databases say.
    List<Finding> invariants() throws InterruptedException {
        var acknowledged = new HashMap<>(AcknowledgedOrders.in(platform.home().acknowledgedOrders()));
        return new Invariants(platform::database, acknowledged, SETTLING).check();
    }

    private LoadReport place(LoadPlan plan) {
        loads.incrementAndGet();
        try (var gateway = gateway();
                var acknowledged =
                        AcknowledgedOrders.appendingTo(platform.home().acknowledgedOrders())) {
            return new OrderLoad(gateway, acknowledged, plan).run(_ -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the load was interrupted", e);
        }
    }

    private static void requireHealthy(Map<String, ?> failures) {
        if (!failures.isEmpty()) {
            var lines = new ArrayList<String>();
            failures.forEach((node, failure) -> lines.add(node + ": " + failure));
            throw new IllegalStateException(String.join("\n", lines));
        }
    }

    @Override
    public void close() {
        background.shutdownNow();
        platform.down(Progress.SILENT);
    }
}
