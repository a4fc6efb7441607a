package io.covenant.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.platform.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The caches that make starts fast, recorded with the real services.
@Tag("campaign")
@Timeout(600)
class TrainingSystemTests {

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();
    private final Progress progress = new Progress() {
        @Override
        public void note(String line) {
            notes.add(line);
        }

        @Override
        public void on(String node, NodeEvent event) {}
    };

    @AfterEach
    void nothingIsLeft() throws Exception {
        platform().down(Progress.SILENT);
        assertThat(directory.resolve("state/rehearsal")).doesNotExist();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(processes()).isEmpty());
        try (Stream<Path> files = Files.walk(home().apps())) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("partial.aot")))
                    .isEmpty();
        }
    }

    @Test
    void recordsALifeOfEachService() throws InterruptedException {
        platform().train(_ -> {}, 1, progress);

        assertThat(apps()).allMatch(ServiceApp::hasCache);
        assertThat(notes).hasSize(Role.values().length).allMatch(note -> note.contains("recorded, written in"));
    }

    @Test
    void recordsStartsWhereTheLifeFails() throws InterruptedException {
        platform()
                .train(
                        _ -> {
                            throw new IllegalStateException("planned");
                        },
                        1,
                        progress);

        assertThat(notes).anyMatch(note -> note.contains("planned"));
        // Those that need no database: none runs beside this training.
        assertThat(apps().stream().filter(app -> !app.role().hasDatabase())).allMatch(ServiceApp::hasCache);
    }

    @Test
    void isEndedInTheMiddle() {
        assertThat(platform().trainInBackground()).isTrue();
        await().atMost(Duration.ofMinutes(3))
                .until(() -> Files.exists(directory.resolve("state/rehearsal/pids/orders-1")));

        platform().down(Progress.SILENT);

        assertThat(apps()).noneMatch(ServiceApp::hasCache);
    }

    private Platform platform() {
        return Platform.in(home());
    }

    private PlatformHome home() {
        return PlatformHome.of(PlatformHome.checkoutAround(Path.of("")), directory.resolve("state"));
    }

    private List<ServiceApp> apps() {
        var apps = new Apps(home().project(), home().apps(), JavaRuntime.current());
        return Stream.of(Role.values()).map(apps::of).toList();
    }

    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine())
                .flatMap(Optional::stream)
                .filter(line -> line.contains(directory + "/state"))
                .toList();
    }
}
