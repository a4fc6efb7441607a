package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaxosGroupTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path project;

    @Test
    void givesEachCoordinatorADirectoryAndAllMembers() {
        var home = PlatformHome.of(project, project.resolve("state"));

        assertThat(PaxosGroup.of(home, Settings.standard()).environment("coordinator-2"))
                .containsEntry(
                        "COVENANT_COORDINATOR_PAXOS_DIRECTORY",
                        project.resolve("state/data/coordinators/covenant/coordinator-2")
                                .toString())
                .containsEntry("SPRING_APPLICATION_JSON", """
                    {"covenant":{"coordinator":{"paxos":{"members":{\
                    "coordinator-1":"http://127.0.0.1:8301",\
                    "coordinator-2":"http://127.0.0.1:8302",\
                    "coordinator-3":"http://127.0.0.1:8303"}}}}}\
                    """);
    }

    @Test
    void isAnotherGroupWithOneCoordinator() {
        var home = PlatformHome.of(project, project.resolve("state"));
        var settings = new Settings(true, Settings.standard().ports());

        assertThat(PaxosGroup.of(home, settings).environment("coordinator-1"))
                .containsEntry(
                        "COVENANT_COORDINATOR_PAXOS_DIRECTORY",
                        project.resolve("state/data/coordinators/covenant-small/coordinator-1")
                                .toString())
                .containsEntry("SPRING_APPLICATION_JSON", """
                    {"covenant":{"coordinator":{"paxos":{"members":{\
                    "coordinator-1":"http://127.0.0.1:8301"}}}}}\
                    """);
    }
}
