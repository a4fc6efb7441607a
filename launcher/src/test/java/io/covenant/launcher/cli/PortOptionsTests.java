package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.platform.Ports;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class PortOptionsTests {

    private static final Ports REMEMBERED = Ports.from(9000).with(Map.of("gateway", 9999));

    @Command
    private static final class Anything {

        @CommandLine.Mixin
        PortOptions ports = new PortOptions();
    }

    @Test
    void keepWhatWasChosenBefore() {
        assertThat(parsed().over(REMEMBERED, environment(Map.of()))).isEqualTo(REMEMBERED);
    }

    @Test
    void moveAllOrOne() {
        Ports ports = parsed("--port-base", "7000", "--gateway-port=80", "--port", "orders-1=7777")
                .over(REMEMBERED, environment(Map.of()));

        assertThat(ports).isEqualTo(Ports.from(7000).with(Map.of("gateway", 80, "orders-1", 7777)));
    }

    @Test
    void comeBeforeTheEnvironment() {
        var environment = Map.of("COVENANT_GATEWAY_PORT", "8081", "COVENANT_POSTGRES_PORT", "5432");

        Ports ports = parsed("--gateway-port=80").over(REMEMBERED, environment(environment));

        assertThat(ports.of("gateway")).isEqualTo(80);
        assertThat(ports.of("postgres")).isEqualTo(5432);
    }

    @Test
    void nameTheVariableThatIsNoNumber() {
        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> parsed().over(REMEMBERED, environment(Map.of("COVENANT_PORT_BASE", "high"))))
                .withMessage("COVENANT_PORT_BASE must be a number, not 'high'.");
    }

    private static PortOptions parsed(String... arguments) {
        var command = new Anything();
        new CommandLine(command).parseArgs(arguments);
        return command.ports;
    }

    private static Function<String, Optional<String>> environment(Map<String, String> variables) {
        return name -> Optional.ofNullable(variables.get(name));
    }
}
