package io.covenant.coordinator.ownership;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How coordinators tell each other that they are alive.
///
/// @param lease how long a coordinator that says nothing is presumed alive
/// @param renew how often it says so, and looks for what others left
@ConfigurationProperties("covenant.coordinator.ownership")
public record OwnershipSettings(
        @DefaultValue("2s") Duration lease,
        @DefaultValue("500ms") Duration renew) {

    public static OwnershipSettings defaults() {
        return new OwnershipSettings(Duration.ofSeconds(2), Duration.ofMillis(500));
    }
}
