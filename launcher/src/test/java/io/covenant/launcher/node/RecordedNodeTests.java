package io.covenant.launcher.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedNodeTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private int port;
    private Mark mark;

    @BeforeEach
    void findAPort() {
        port = FreePorts.one();
        mark = new Mark(directory);
    }

    @AfterEach
    void endWhatIsLeft() {
        mark.strays(Set.of()).forEach(stray -> stray.stop(PATIENCE));
    }

    @Test
    void startsBecomesHealthyAndStops() throws IOException {
        Node node = node("build 1");
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);

        node.start(Map.of("GREETING", "hello"));
        awaitHealth(node);

        assertThat(node.log().tail(1)).containsExactly("fake service on " + port + " says hello");
        assertThat(node.stop(PATIENCE)).isTrue();
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        assertThat(node.stop(PATIENCE)).isFalse();
    }

    @Test
    void isFoundAgainByALaterLauncher() {
        Node started = node("build 1");
        started.start(Map.of());
        awaitHealth(started);

        Node found = node("build 1");

        assertThat(found.state()).isEqualTo(NodeState.HEALTHY);
        assertThat(found.process()).isEqualTo(started.process());
        assertThat(found.isOutdated()).isFalse();
        assertThat(node("build 2").isOutdated()).isTrue();
    }

    @Test
    void isDeadAfterAKillAndCanBeStartedAgain() {
        Node node = node("build 1");
        node.start(Map.of());
        awaitHealth(node);

        assertThat(node.kill()).isTrue();

        assertThat(node.state()).isEqualTo(NodeState.DEAD);
        assertThat(node.kill()).isFalse();
        node.start(Map.of());
        awaitHealth(node);
    }

    @Test
    void isPausedAndGoesOn() {
        Node node = node("build 1");
        node.start(Map.of());
        awaitHealth(node);

        assertThat(node.pause()).isTrue();
        await().until(() -> node.state() == NodeState.PAUSED);
        assertThat(node.resume()).isTrue();

        awaitHealth(node);
    }

    @Test
    void stopsEvenWhilePaused() {
        Node node = node("build 1");
        node.start(Map.of());
        awaitHealth(node);
        node.pause();

        assertThat(node.stop(PATIENCE)).isTrue();

        assertThat(mark.strays(Set.of())).isEmpty();
    }

    @Test
    void refusesToStartTwice() {
        Node node = node("build 1");
        node.start(Map.of());

        assertThatIllegalStateException().isThrownBy(() -> node.start(Map.of()));
    }

    @Test
    void leavesAnInnocentProcessAloneThatGotThePidOfADeadNode() throws IOException {
        Process innocent = new ProcessBuilder("sleep", "60").start();
        var dead = new ProcessIdentity(innocent.pid(), "another boot+1");
        new NodeRecord(dead, "whatever", Instant.EPOCH).write(directory.resolve("pids/node"));
        Node node = node("build 1");

        assertThat(node.state()).isEqualTo(NodeState.DEAD);
        assertThat(node.kill()).isFalse();
        assertThat(node.pause()).isFalse();
        assertThat(node.stop(PATIENCE)).isFalse();

        assertThat(innocent.isAlive()).isTrue();
        innocent.destroyForcibly();
    }

    @Test
    void isFoundByItsMarkWhenTheRecordIsLost() throws IOException {
        Node node = node("build 1");
        node.start(Map.of());
        ProcessIdentity process = node.process().orElseThrow();
        assertThat(mark.strays(Set.of(process))).isEmpty();

        Files.writeString(directory.resolve("pids/node"), "pid=12");

        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        await().untilAsserted(() -> assertThat(mark.strays(Set.of())).containsExactly(new Mark.Stray(process, "node")));
    }

    private Node node(String essence) {
        return new RecordedNode(
                "node",
                port,
                directory.resolve("pids"),
                directory.resolve("logs"),
                HealthCheck.readiness(port),
                () -> FakeService.plan(mark.argument("node"), port, 0, directory, Map.of(), essence),
                InstantSource.system());
    }

    private static void awaitHealth(Node node) {
        await().atMost(Duration.ofSeconds(30)).until(() -> node.state() == NodeState.HEALTHY);
    }
}
