package io.covenant.coordinator.transaction;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/// The default settings but for what a test says.
public final class Settings {

    private static final String PREFIX = "covenant.coordinator.transactions";

    private Settings() {}

    /// @param different by their names in configuration, `abort-patience` for instance
    public static TransactionSettings with(Map<String, String> different) {
        var properties = new HashMap<String, String>();
        different.forEach((name, value) -> properties.put(PREFIX + "." + name, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate(PREFIX, TransactionSettings.class);
    }
}
