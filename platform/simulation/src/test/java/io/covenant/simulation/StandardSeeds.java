package io.covenant.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// During each test nobody has asked for more seeds or for a single one, whatever this build was asked for.
final class StandardSeeds implements BeforeEachCallback, AfterEachCallback {

    private final Map<String, String> asked = new HashMap<>();

    @Override
    public void beforeEach(ExtensionContext context) {
        for (var property : List.of("simulation.seed", "simulation.seeds", "simulation.first")) {
            var value = System.getProperty(property);
            if (value != null) {
                asked.put(property, value);
            }
            System.clearProperty(property);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty("simulation.seed");
        System.clearProperty("simulation.seeds");
        System.clearProperty("simulation.first");
        asked.forEach(System::setProperty);
    }
}
