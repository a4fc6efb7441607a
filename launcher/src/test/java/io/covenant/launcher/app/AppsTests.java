package io.covenant.launcher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppsTests {

    @TempDir
    Path directory;

    private Path jar;
    private Apps apps;

    @BeforeEach
    void make() throws IOException {
        Path target = Files.createDirectories(directory.resolve("gateway/target"));
        jar = target.resolve("gateway-1.0-exec.jar");
        apps = new Apps(directory, directory.resolve("apps"), JavaRuntime.current());
    }

    @Test
    void areUnpackedOncePerContent() throws IOException {
        FakeExecutableJar.write(jar, "one");

        ServiceApp first = apps.of(Role.GATEWAY);
        FileTime unpacked = Files.getLastModifiedTime(first.directory());
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60))); // built again, the same
        ServiceApp again = apps.of(Role.GATEWAY);

        assertThat(first.jar()).exists();
        assertThat(again).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(again.directory())).isEqualTo(unpacked);
    }

    @Test
    void seeAChangeThatKeepsSizeAndTime() throws IOException {
        for (String content : new String[] {"one", "two"}) {
            FakeExecutableJar.write(jar, content);
            Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
            assertThat(apps.of(Role.GATEWAY).jar()).hasSameBinaryContentAs(jar);
        }
    }

    @Test
    void keepTheBuildBeforeAndNoOlderOne() throws IOException {
        for (String content : new String[] {"one", "two!", "three"}) {
            FakeExecutableJar.write(jar, content);
            assertThat(apps.of(Role.GATEWAY).jar()).hasSameBinaryContentAs(jar);
        }

        try (Stream<Path> builds = Files.list(directory.resolve("apps/gateway"))) {
            assertThat(builds.filter(Files::isDirectory)).hasSize(2);
        }
    }

    @Test
    void useTheCacheOnceItIsRecorded() throws IOException {
        FakeExecutableJar.write(jar, "one");
        ServiceApp app = apps.of(Role.GATEWAY);
        assertThat(app.command("-Dmark"))
                .startsWith(app.java().executable(), "-Dmark")
                .noneMatch(AppsTests::isCacheFlag);

        Files.createFile(app.cache());

        assertThat(app.hasCache()).isTrue();
        assertThat(app.command("-Dmark"))
                .contains("-XX:AOTCache=" + app.cache())
                .endsWith("-jar", app.jar().toString());
        assertThat(app.recordingLife(directory.resolve("new"), "-Dmark")).noneMatch(AppsTests::isCacheFlag);
    }

    @Test
    void recordALifeOrAStartAlone() throws IOException {
        FakeExecutableJar.write(jar, "one");
        ServiceApp app = apps.of(Role.GATEWAY);
        Path file = directory.resolve("new");

        assertThat(app.recordingLife(file, "-Dmark"))
                .contains("-Dmark", "-XX:AOTCacheOutput=" + file)
                .doesNotContain("-Dspring.context.exit=onRefresh");
        assertThat(app.recordingStart(file, "-Dmark"))
                .contains("-Dmark", "-XX:AOTCacheOutput=" + file, "-Dspring.context.exit=onRefresh");
    }

    @Test
    void sayHowToBuildWhatIsNotBuilt() {
        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> apps.of(Role.ORDERS))
                .withMessageContaining("order-service is not built")
                .withMessageContaining("./mvnw");
    }

    private static boolean isCacheFlag(String argument) {
        return argument.startsWith("-XX:AOTCache=");
    }
}
