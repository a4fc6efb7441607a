package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockGroupTests {

    @TempDir
    Path directory;

    @Test
    void tellsANodeWhereAllAreAndWhoItIs() {
        Map<String, String> environment = group(false).environment("lock-2");

        assertThat(environment)
                .containsEntry("COVENANT_LOCKS_GROUP", "covenant")
                .containsEntry("COVENANT_LOCKS_DATA", directory + "/state/data/locks/covenant/lock-2")
                .containsEntry("SPRING_APPLICATION_JSON", """
                        {"covenant":{"locks":{"peers":{"lock-1":"127.0.0.1:9411","lock-2":"127.0.0.1:9412",\
                        "lock-3":"127.0.0.1:9413"},"members":{"lock-1":"http://127.0.0.1:9401",\
                        "lock-2":"http://127.0.0.1:9402","lock-3":"http://127.0.0.1:9403"}}}}""");
        assertThat(environment.get("COVENANT_LOCKS_TLS_KEY")).endsWith("/lock-2.key");
        assertThat(Path.of(String.valueOf(environment.get("COVENANT_LOCKS_TLS_AUTHORITY"))))
                .exists();
    }

    @Test
    void isFoundedOnce() {
        assertThat(group(false).founding()).contains("-Dcovenant.locks.bootstrap=lock-1,lock-2,lock-3");

        group(false).isFounded();

        assertThat(group(false).founding()).isEmpty();
    }

    @Test
    void isAnotherOneWhenItHasOneNode() {
        group(false).isFounded();

        assertThat(group(true).founding()).contains("-Dcovenant.locks.bootstrap=lock-1");
        assertThat(group(true).environment("lock-1"))
                .containsEntry("COVENANT_LOCKS_GROUP", "covenant-small")
                .containsEntry("COVENANT_LOCKS_DATA", directory + "/state/data/locks/covenant-small/lock-1");
        assertThat(group(true).generation()).isEqualTo(group(false).generation());
    }

    @Test
    void countsTheEpochUpWhenAnotherGroupTakesOver() {
        assertThat(epochAfterPreparing(false)).isEqualTo("0");
        group(false).isFounded();
        makeDirectories("covenant");

        assertThat(epochAfterPreparing(false)).isEqualTo("0");
        assertThat(epochAfterPreparing(true)).isEqualTo("1");
        assertThat(epochAfterPreparing(true)).isEqualTo("2"); // nobody has been there yet: it is founded anew
        makeDirectories("covenant-small");
        group(true).isFounded();
        assertThat(epochAfterPreparing(true)).isEqualTo("2");
        assertThat(epochAfterPreparing(false)).isEqualTo("3");
    }

    @Test
    void countsTheEpochUpWhenItIsFoundedAnew() throws IOException {
        assertThat(epochAfterPreparing(false)).isEqualTo("0");
        makeDirectories("covenant");
        group(false).isFounded();

        Trees.delete(directory.resolve("state/data/locks"));

        assertThat(epochAfterPreparing(false)).isEqualTo("1");
        makeDirectories("covenant");
        assertThat(epochAfterPreparing(false)).as("still being founded").isEqualTo("1");
    }

    @Test
    void keepsTheLogsFromOthersEyes() throws IOException {
        group(false).prepare();

        for (String node : List.of("", "/lock-1", "/lock-2", "/lock-3")) {
            assertThat(Files.getPosixFilePermissions(directory.resolve("state/data/locks/covenant" + node)))
                    .as(node)
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void goesOnWithoutTheDirectoryOfOneOfThree() throws IOException {
        makeDirectories("covenant");
        group(false).isFounded();

        Trees.delete(directory.resolve("state/data/locks/covenant/lock-2"));

        assertThat(epochAfterPreparing(false)).isEqualTo("0");
    }

    @Test
    void refusesToGoOnWithoutAMajorityOfItsDirectoriesAndSaysWhatToDo() throws IOException {
        makeDirectories("covenant");
        group(false).isFounded();

        Trees.delete(directory.resolve("state/data/locks/covenant/lock-2"));
        Trees.delete(directory.resolve("state/data/locks/covenant/lock-3"));

        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> group(false).prepare())
                .withMessageContaining("lock-2 and lock-3")
                .withMessageContaining("1 of 3 are no majority")
                .withMessageContaining("delete " + directory + "/state/data/locks/covenant");
    }

    @Test
    void refusesToGoOnWithoutTheOnlyDirectory() {
        group(true).isFounded();

        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> group(true).prepare())
                .withMessageContaining("it was the only node");
    }

    @Test
    void saysWhatToDoWithAnEpochThatIsNone() throws IOException {
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(directory.resolve("state/lock-epoch"), "many covenant");

        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> group(false).prepare())
                .withMessageContaining("higher than any before");
    }

    private String epochAfterPreparing(boolean small) {
        group(small).prepare();
        return String.valueOf(group(small).environment("lock-1").get("COVENANT_LOCKS_EPOCH"));
    }

    /// As nodes do that have run.
    private void makeDirectories(String group) {
        for (String node : group.endsWith("small") ? List.of("lock-1") : List.of("lock-1", "lock-2", "lock-3")) {
            try {
                Path data = Files.createDirectories(
                        directory.resolve("state/data/locks").resolve(group).resolve(node));
                Files.writeString(data.resolve("log"), "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private LockGroup group(boolean small) {
        return LockGroup.of(
                PlatformHome.of(directory, directory.resolve("state")),
                new Settings(small, Ports.from(9000)),
                InstantSource.system());
    }
}
