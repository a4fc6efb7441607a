package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformLockTests {

    @TempDir
    Path directory;

    @Test
    void canBeTakenAgainWhenItWasGivenBack() {
        take("up").close();
        take("down").close();
    }

    @Test
    void makesTheSecondWaitAndSaysForWhom() {
        var told = new ArrayList<String>();

        try (var _ = take("up")) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() ->
                            PlatformLock.take(directory.resolve("lock"), "down", Duration.ofMillis(300), told::add))
                    .withMessageContaining("up, pid " + ProcessHandle.current().pid());
        }

        assertThat(told).hasSize(1);
    }

    private PlatformLock take(String purpose) {
        return PlatformLock.take(directory.resolve("lock"), purpose, Duration.ZERO, _ -> {});
    }
}
