package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
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

    private LockGroup group(boolean small) {
        return LockGroup.of(
                PlatformHome.of(directory, directory.resolve("state")),
                new Settings(small, Ports.from(9000)),
                InstantSource.system());
    }
}
