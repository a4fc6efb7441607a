package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.platform.PlatformHome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTests {

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void explainsItself() {
        assertThat(run("help")).isZero();
        assertThat(text(out))
                .contains("up", "down", "order", "invariants", "load")
                .doesNotContain("train");
        assertThat(run("help", "up")).isZero();
        assertThat(text(out)).contains("--small", "--full", "--gateway-port", "Size and ports are remembered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "policy", "weight", "drain", "canary"})
    void explainsWhatCanBeDoneWithTheGateway(String command) {
        assertThat(run("gateway", command, "--help")).isZero();

        assertThat(text(out)).startsWith("Usage: covenant gateway " + command);
    }

    @Test
    void takesTheRouteOfACanaryBeforeItsShare() {
        assertThat(run("gateway", "canary", "--help")).isZero();

        assertThat(text(out).replaceAll("\\s+", " ")).contains("ROUTE [PERCENT]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up",
                "down",
                "status",
                "order",
                "load",
                "invariants",
                "locks",
                "logs",
                "kill",
                "pause",
                "resume",
                "start",
                "split",
                "gateway",
                "token",
                "reset"
            })
    void explainsEveryCommandWithoutDoingIt(String command) {
        assertThat(run(command, "--help")).isZero();

        assertThat(text(out)).startsWith("Usage: covenant " + command);
        assertThat(text(err)).isEmpty();
        assertThat(directory.resolve("state")).doesNotExist();
    }

    @Test
    void showsANodeThatWasNeverStarted() {
        assertThat(run("status")).isEqualTo(1);

        assertThat(text(out)).contains("postgres       stopped  8432", "gateway        stopped  8080");
    }

    @Test
    void namesTheNodesWhenItIsGivenAnother() {
        assertThat(run("kill", "order-1")).isEqualTo(2);

        assertThat(text(err))
                .startsWith("There is no node order-1; the nodes are: postgres, issuer, coordinator-1,")
                .endsWith("gateway.\n");
    }

    @Test
    void saysThatThereIsNothingToKill() {
        assertThat(run("kill", "orders-1")).isEqualTo(1);
        assertThat(text(err)).isEqualTo("orders-1 is not running.\n");
    }

    @Test
    void doesNotUnderstandWhatItDoesNotKnow() {
        assertThat(run("fly")).isEqualTo(2);
        assertThat(text(err)).contains("Unmatched argument", "'fly'");
    }

    @Test
    void endsNothingWithoutHarm() {
        assertThat(run("down")).isZero();
    }

    @Test
    void saysThatTheServicesAreNotBuilt() {
        assertThat(run("start", "orders-1")).isEqualTo(1);
        assertThat(text(err)).contains("order-service is not built").doesNotContain("Exception");
    }

    @Test
    void asksBeforeItDeletesAnything() throws IOException {
        Path data = Files.createDirectories(directory.resolve("state/data"));

        assertThat(run("reset")).isEqualTo(1);

        assertThat(text(out)).contains("deletes for good", data.toString());
        assertThat(text(err)).contains("--yes");
        assertThat(data).exists();
        assertThat(run("reset", "--yes")).isZero();
        assertThat(data).doesNotExist();
    }

    @Test
    void saysThatTheGatewayIsNotThere() {
        assertThat(run("order")).isEqualTo(1);
        assertThat(text(err)).isEqualTo("The gateway is not running; './covenant up' starts what is missing.\n");
    }

    @Test
    void saysThatNoLockNodeLeads() {
        assertThat(run("locks")).isEqualTo(1);
        assertThat(text(err)).startsWith("No lock node leads").contains("./covenant up");
    }

    @Test
    void saysThatNoCoordinatorTellsWhatChanges() {
        assertThat(run("tx", "--follow", "--for", "60s")).isEqualTo(1);
        assertThat(text(out)).contains("coordinator-1", "tells nothing");
        assertThat(text(err)).startsWith("No coordinator answers").contains("./covenant up");
    }

    @Test
    void followsAllTransactionsOrNone() {
        assertThat(run("tx", "018f0000-0000-7000-8000-000000000000", "--follow"))
                .isEqualTo(1);
        assertThat(run("tx", "--for", "1s")).isEqualTo(1);
        assertThat(text(err)).contains("--follow shows the changes of all", "--for goes with --follow");
    }

    @Test
    void showsNoLogOfANodeThatNeverRan() {
        assertThat(run("logs", "gateway")).isZero();
        assertThat(text(out)).isEmpty();
    }

    private int run(String... arguments) {
        var console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return Launcher.run(console, () -> PlatformHome.of(directory, directory.resolve("state")), arguments);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
