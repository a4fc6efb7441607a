package io.covenant.web.management;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/// Tells which of a service's two ports is taken, where it is the one that nobody may have named.
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ManagementPortTakenAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

    private final Environment environment;

    ManagementPortTakenAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, PortInUseException cause) {
        var port = environment.getProperty(ManagementDefaults.PORT, Integer.class);
        if (port == null || port != cause.getPort()) {
            return null;
        }
        return new FailureAnalysis(
                "Port %d, at which this service shows its health and metrics, is in use.".formatted(port),
                "Free it, or name another: %s. Unless it is named it is %d above server.port."
                        .formatted(ManagementDefaults.PORT, ManagementDefaults.DISTANCE),
                cause);
    }
}
