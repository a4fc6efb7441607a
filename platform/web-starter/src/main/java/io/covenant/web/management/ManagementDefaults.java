package io.covenant.web.management;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/// The port at which a service is watched, unless it names one: a fixed distance above the port of its API, any port
/// where the API takes any, and at the same interface.
final class ManagementDefaults implements EnvironmentPostProcessor {

    static final String PORT = "management.server.port";
    static final int DISTANCE = 50;

    private static final String ADDRESS = "management.server.address";
    private static final int SPRINGS_PORT = 8080;
    private static final int LAST = 65_535;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> defaults = new HashMap<>();
        environment.getPropertySources().addLast(new MapPropertySource("covenantManagementDefaults", defaults));
        if (!environment.containsProperty(PORT)) {
            defaults.put(PORT, beside(environment.getProperty("server.port", Integer.class, SPRINGS_PORT)));
        }
        if (ManagementPortType.get(environment) == ManagementPortType.DIFFERENT) {
            defaults.put(ADDRESS, "${server.address}");
        }
    }

    private static int beside(int port) {
        if (port <= 0) {
            return port;
        }
        if (port > LAST - DISTANCE) {
            throw new InvalidConfigurationPropertyValueException(
                    PORT,
                    port + DISTANCE,
                    "It is %d above server.port unless it is named, and there is no such port.".formatted(DISTANCE));
        }
        return port + DISTANCE;
    }
}
