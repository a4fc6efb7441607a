package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.platform.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.MutuallyExclusiveArgsException;

class UpCommandTests {

    @TempDir
    Path directory;

    @Test
    void bringsUpTwoOfEachAtFirst() {
        assertThat(chosen().small()).isFalse();
    }

    @Test
    void bringsUpOneOfEachWhenAsked() {
        assertThat(chosen("--small").small()).isTrue();
    }

    @Test
    void staysSmallUntilItIsToBeFull() throws IOException {
        remember("small=true\n");

        assertThat(chosen().small()).isTrue();
        assertThat(chosen("--port-base", "7000").small()).isTrue();
        assertThat(chosen("--full").small()).isFalse();
    }

    @Test
    void staysFullUntilItIsToBeSmall() throws IOException {
        remember("small=false\n");

        assertThat(chosen().small()).isFalse();
        assertThat(chosen("--small").small()).isTrue();
    }

    @Test
    void isNotBothAtOnce() {
        assertThatExceptionOfType(MutuallyExclusiveArgsException.class).isThrownBy(() -> chosen("--small", "--full"));
    }

    private Settings chosen(String... arguments) {
        UpCommand up = command();
        new CommandLine(up).parseArgs(arguments);
        return up.chosen().settings();
    }

    private void remember(String settings) throws IOException {
        Files.writeString(Files.createDirectories(directory.resolve("state")).resolve("platform.properties"), settings);
    }

    private UpCommand command() {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new UpCommand(new Context(
                new Console(nowhere, nowhere, false), () -> PlatformHome.of(directory, directory.resolve("state"))));
    }
}
