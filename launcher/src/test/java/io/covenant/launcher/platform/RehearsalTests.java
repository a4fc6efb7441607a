package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.node.FakeService;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.LaunchPlan;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeState;
import io.covenant.launcher.node.RecordedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private PlatformHome home;

    @BeforeEach
    void settle() {
        home = PlatformHome.of(directory, directory.resolve("state"));
    }

    @AfterEach
    void endWhatIsLeft() {
        for (PlatformHome each : List.of(home, home.rehearsal())) {
            each.mark().strays(Set.of()).forEach(stray -> stray.kill());
        }
    }

    @Test
    void leavesNothingOfItselfAndTheOthersAlone() throws IOException {
        Node mine = started(home.rehearsal(), "orders-1");
        Node other = started(home, "orders-1");
        Files.createDirectories(home.rehearsal().data().resolve("locks"));
        Path app = Files.createDirectories(home.apps().resolve("order-service/build"));
        Path half = Files.createFile(app.resolve("partial.aot.config"));
        Path cache = Files.createFile(app.resolve("4711.aot"));

        Rehearsal.end(home.rehearsal());

        assertThat(half).doesNotExist();
        assertThat(cache).exists();
        assertThat(mine.process()).isEmpty();
        assertThat(home.rehearsal().state()).doesNotExist();
        assertThat(other.state()).isEqualTo(NodeState.HEALTHY);
    }

    @Test
    void endsWithTheTrainingThatLeadsItAndWithWhatThatHasJustStarted() throws IOException {
        Node mine = started(home.rehearsal(), "orders-1");
        Path child = directory.resolve("child");
        Node training = new RecordedNode(
                Training.NODE,
                0,
                home.records(),
                home.logs(),
                () -> true,
                () -> new LaunchPlan(
                        List.of("/bin/sh", "-c", "sleep 600 & echo $! > " + child + "; wait"),
                        Map.of(),
                        directory,
                        "training"),
                InstantSource.system());
        training.start(Map.of());
        await().atMost(PATIENCE).until(() -> Files.exists(child) && Files.size(child) > 0);
        long pid = Long.parseLong(Files.readString(child).strip());

        Training.stop(training, home);

        assertThat(training.process()).isEmpty();
        assertThat(mine.process()).isEmpty();
        assertThat(home.rehearsal().state()).doesNotExist();
        await().atMost(PATIENCE)
                .until(() ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private Node started(PlatformHome where, String name) throws IOException {
        Files.createDirectories(where.state());
        int port = FreePorts.one();
        Node node = new RecordedNode(
                name,
                port,
                where.records(),
                where.logs(),
                HealthCheck.readiness(port),
                () -> FakeService.plan(where.mark().argument(name), port, 0, where.state()),
                InstantSource.system());
        node.start(Map.of());
        await().atMost(PATIENCE).until(() -> node.state() == NodeState.HEALTHY);
        return node;
    }
}
