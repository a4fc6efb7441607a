package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTests {

    @TempDir
    Path directory;

    @Test
    void areReadAsTheyWereWritten() {
        Path file = directory.resolve("state/platform.properties");
        var settings = new Settings(true, Ports.from(9000).with(Map.of("postgres", 5432)));

        settings.write(file);

        assertThat(Settings.read(file)).contains(settings);
    }

    @Test
    void areAbsentBeforeTheFirstUp() {
        assertThat(Settings.read(directory.resolve("platform.properties"))).isEmpty();
    }

    @Test
    void nameTheFileInWhichSomebodyWroteNonsense() throws IOException {
        Path file = Files.writeString(directory.resolve("platform.properties"), "port.gateway=eighty\n");

        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> Settings.read(file))
                .withMessageContaining(file.toString());
    }
}
