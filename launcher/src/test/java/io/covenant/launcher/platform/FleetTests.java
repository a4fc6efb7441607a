package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.node.FakeService;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.Mark;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeState;
import io.covenant.launcher.node.ProcessIdentity;
import io.covenant.launcher.node.RecordedNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetTests {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final Ports ports = Ports.free();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final Progress progress = new Progress() {
        @Override
        public void note(String line) {
            events.add(line);
        }

        @Override
        public void on(String node, NodeEvent event) {
            events.add(node + " " + event.getClass().getSimpleName());
        }
    };

    @AfterEach
    void endWhatIsLeft() {
        fleet(0).down();
        assertThat(mark().strays(Set.of())).isEmpty();
    }

    @Test
    void startsWhatTheOthersNeedFirstAndEndsItLast() {
        assertThat(up(fleet(0), "base", "one", "door")).isEmpty();
        assertThat(events.indexOf("base Healthy")).isLessThan(events.indexOf("one Starting"));

        fleet(0).down();

        assertThat(events.stream().filter(event -> event.endsWith("Stopped")))
                .containsExactly("door Stopped", "one Stopped", "base Stopped");
    }

    @Test
    void endsAGroupAfterTheOthersOneByOne() {
        var group = List.of(node("base", 0, "x"), node("one", 0, "x"));
        var fleet = new Fleet(
                List.of(), List.of(group.getFirst(), group.getLast(), node("door", 0, "x")), group, mark(), progress);
        assertThat(up(fleet, "base", "one", "door")).isEmpty();
        events.clear();

        fleet.down();

        assertThat(events)
                .containsExactly(
                        "door Stopping",
                        "door Stopped",
                        "one Stopping",
                        "one Stopped",
                        "base Stopping",
                        "base Stopped");
    }

    @Test
    void namesEachPortOfANodeThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ports = new LinkedHashMap<String, Integer>();
            ports.put("lock-1", this.ports.of("lock-1"));
            ports.put("lock-1-peers", taken.getLocalPort());
            var node = new RecordedNode(
                    "lock-1",
                    ports,
                    directory.resolve("pids"),
                    directory.resolve("logs"),
                    () -> true,
                    () -> {
                        throw new AssertionError("was started");
                    },
                    InstantSource.system());

            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> Fleet.withFreePorts(List.of(node)))
                    .withMessageContaining("Port %d, which lock-1 needs", taken.getLocalPort())
                    .withMessageContaining("--port lock-1-peers=PORT");
        }
    }

    @Test
    void changesNothingTheSecondTime() {
        up(fleet(0), "base", "one", "door");
        List<Optional<ProcessIdentity>> before = processes();
        events.clear();

        assertThat(up(fleet(0), "base", "one", "door")).isEmpty();

        assertThat(processes()).isEqualTo(before);
        assertThat(events).containsExactlyInAnyOrder("base AlreadyUp", "one AlreadyUp", "door AlreadyUp");
    }

    @Test
    void startsOnlyWhatIsMissingAndWakesWhatIsPaused() {
        up(fleet(0), "base", "one", "door");
        node("one", 0, "build 1").kill();
        node("door", 0, "build 1").pause();
        events.clear();

        assertThat(up(fleet(0), "base", "one", "door")).isEmpty();

        assertThat(events).contains("one Healthy", "base AlreadyUp").doesNotContain("door Starting");
        assertThat(node("door", 0, "build 1").state()).isEqualTo(NodeState.HEALTHY);
    }

    @Test
    void restartsAnOutdatedNodeAndEndsAnUnwantedOne() {
        up(fleet(0), "base", "one", "door");

        assertThat(up(fleet(0, "build 2"), "base", "one")).isEmpty();

        assertThat(events).contains("door Stopped", "base Replacing", "one Replacing");
        assertThat(node("one", 0, "build 2").isOutdated()).isFalse();
    }

    @Test
    void tellsTheLastWordsOfANodeThatFailsAndStillStartsTheOthers() {
        Map<String, NodeEvent.Failed> failures = up(
                new Fleet(List.of(), List.of(node("one", -1, "x"), node("door", 0, "x")), List.of(), mark(), progress),
                "one",
                "door");

        assertThat(failures).containsOnlyKeys("one");
        assertThat(failures).hasEntrySatisfying("one", failed -> {
            assertThat(failed.why()).startsWith("ended by itself");
            assertThat(failed.log()).anyMatch(line -> line.contains("no use"));
        });
        assertThat(node("door", 0, "x").state()).isEqualTo(NodeState.HEALTHY);
    }

    @Test
    void givesUpOnANodeAfterItsDeadline() {
        var slow = new Fleet(
                List.of(node("one", 60_000, "x")), List.of(node("door", 0, "x")), List.of(), mark(), progress);

        Map<String, NodeEvent.Failed> failures =
                slow.up(Set.of("one", "door"), _ -> false, new Boot(2, Duration.ofSeconds(1), progress));

        assertThat(failures)
                .hasEntrySatisfying("one", failed -> assertThat(failed.why()).startsWith("is not ready after"));
        assertThat(events).doesNotContain("door Starting");
    }

    @Test
    void namesWhoHasThePortAndTheOptionThatMovesIt() throws IOException {
        try (var _ = new ServerSocket(ports.of("orders-1"), 1, InetAddress.getLoopbackAddress())) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> up(fleet(0), "base", "one", "door"))
                    .withMessageContaining("Port %d, which one needs, is taken by pid %d"
                            .formatted(
                                    ports.of("orders-1"),
                                    ProcessHandle.current().pid()))
                    .withMessageContaining("--port");
        }
        assertThat(processes()).containsOnly(Optional.empty());
    }

    @Test
    void takesOverWhatAKilledLauncherLeftHalfStarted() throws Exception {
        Process killed = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HalfWay.class.getName(),
                        directory.toString(),
                        Integer.toString(ports.of("orders-1")),
                        Integer.toString(ports.of("orders-2")))
                .inheritIO()
                .start();
        Node one = node("one", 3000, "build 1");
        await().atMost(DEADLINE).until(() -> one.process().isPresent());
        ProcessIdentity survivor = one.process().orElseThrow();
        // Another one was started, and the launcher dies before it can write that down.
        await().atMost(DEADLINE).until(() -> mark().strays(Set.of(survivor)).size() == 1);
        killed.destroyForcibly().waitFor();
        Files.deleteIfExists(directory.resolve("pids/lost"));

        assertThat(up(fleet(0), "base", "one", "door")).isEmpty();

        assertThat(one.process()).contains(survivor);
        assertThat(events).anyMatch(event -> event.contains("left over as lost by an earlier run"));
        assertThat(mark().strays(Set.copyOf(
                        processes().stream().flatMap(Optional::stream).toList())))
                .isEmpty();
    }

    /// A launcher that never finishes: starts a slow node, and another one whose record it loses.
    static final class HalfWay {

        private HalfWay() {}

        public static void main(String[] arguments) throws InterruptedException, IOException {
            Path directory = Path.of(arguments[0]);
            start(directory, "one", Integer.parseInt(arguments[1]));
            start(directory, "lost", Integer.parseInt(arguments[2]));
            Files.delete(directory.resolve("pids/lost"));
            Thread.sleep(Duration.ofMinutes(1));
        }

        private static void start(Path directory, String name, int port) {
            FleetTests.node(directory, name, port, 3000, "build 1").start(Map.of());
        }
    }

    private Map<String, NodeEvent.Failed> up(Fleet fleet, String... wanted) {
        return fleet.up(Set.of(wanted), _ -> false, new Boot(2, DEADLINE, progress));
    }

    private Fleet fleet(long readyAfter) {
        return fleet(readyAfter, "build 1");
    }

    private Fleet fleet(long readyAfter, String essence) {
        return new Fleet(
                List.of(node("base", readyAfter, essence)),
                List.of(node("one", readyAfter, essence), node("door", readyAfter, essence)),
                List.of(),
                mark(),
                progress);
    }

    private List<Optional<ProcessIdentity>> processes() {
        return List.of("base", "one", "door").stream()
                .map(name -> node(name, 0, "build 1").process())
                .toList();
    }

    private Node node(String name, long readyAfter, String essence) {
        int port = switch (name) {
            case "base" -> ports.of("postgres");
            case "one" -> ports.of("orders-1");
            default -> ports.of("gateway");
        };
        return node(directory, name, port, readyAfter, essence);
    }

    private static Node node(Path directory, String name, int port, long readyAfter, String essence) {
        return new RecordedNode(
                name,
                port,
                directory.resolve("pids"),
                directory.resolve("logs"),
                HealthCheck.readiness(port),
                () -> FakeService.plan(
                        new Mark(directory).argument(name), port, readyAfter, directory, Map.of(), essence),
                InstantSource.system());
    }

    private Mark mark() {
        return new Mark(directory);
    }
}
