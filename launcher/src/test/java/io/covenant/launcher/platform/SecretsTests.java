package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTests {

    @TempDir
    Path directory;

    @Test
    void areRandomRememberedAndForTheirOwnerOnly() throws IOException {
        Path place = directory.resolve("secrets");
        var secrets = new Secrets(place);

        String orders = secrets.of("orders");

        assertThat(orders).hasSize(32).isNotEqualTo(secrets.of("inventory"));
        assertThat(new Secrets(place).of("orders")).isEqualTo(orders);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.resolve("orders"))))
                .isEqualTo("rw-------");
    }

    @Test
    void areTheSameForAllWhoWantThemFirstAtOnce() throws IOException {
        for (int i = 0; i < 50; i++) {
            String name = "secret-" + i;
            assertThat(IntStream.range(0, 8)
                            .parallel()
                            .mapToObj(_ -> new Secrets(directory).of(name))
                            .distinct())
                    .hasSize(1);
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(50);
        }
    }
}
