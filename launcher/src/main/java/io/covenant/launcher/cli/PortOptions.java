package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.platform.Ports;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the nodes shall answer: options first, then the environment, then what was chosen before.
final class PortOptions {

    @Option(
            names = "--port-base",
            paramLabel = "N",
            description =
                    "Moves all ports: the gateway to N+80 and N+90 for operators, the issuer to N+91, orders to N+101, N+102, inventory to "
                            + "N+201 ..., coordinators to N+301 ..., lock nodes to N+401 ... (to each other N+411 ...), PostgreSQL to "
                            + "N+432; health and metrics of each but the gateway are 50 above it "
                            + "(COVENANT_PORT_BASE; default 8000).")
    @Nullable
    Integer base;

    @Option(
            names = "--gateway-port",
            paramLabel = "PORT",
            description = "Moves the gateway (COVENANT_GATEWAY_PORT; default 8080).")
    @Nullable
    Integer gateway;

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            description = "Moves PostgreSQL (COVENANT_POSTGRES_PORT; default 8432).")
    @Nullable
    Integer postgres;

    @Option(
            names = "--port",
            paramLabel = "NODE=PORT",
            description = "Moves one node, or with NODE-management where it shows health and metrics; may be repeated.")
    @Nullable
    Map<String, Integer> others;

    /// The ports that result.
    ///
    /// @param remembered what was chosen before
    /// @param environment variables by name
    Ports over(Ports remembered, Function<String, Optional<String>> environment) {
        Ports ports = Optional.ofNullable(base)
                .or(() -> number(environment, "COVENANT_PORT_BASE"))
                .map(Ports::from)
                .orElse(remembered);
        var moved = new TreeMap<String, Integer>();
        number(environment, "COVENANT_GATEWAY_PORT").ifPresent(port -> moved.put("gateway", port));
        number(environment, "COVENANT_POSTGRES_PORT").ifPresent(port -> moved.put("postgres", port));
        Optional.ofNullable(others).ifPresent(moved::putAll);
        Optional.ofNullable(gateway).ifPresent(port -> moved.put("gateway", port));
        Optional.ofNullable(postgres).ifPresent(port -> moved.put("postgres", port));
        return ports.with(moved);
    }

    private static Optional<Integer> number(Function<String, Optional<String>> environment, String name) {
        return environment.apply(name).filter(text -> !text.isBlank()).map(text -> {
            try {
                return Integer.valueOf(text.strip());
            } catch (NumberFormatException e) {
                throw new LauncherFailure("%s must be a number, not '%s'.".formatted(name, text), e);
            }
        });
    }
}
