package io.covenant.web.database;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The service's database.
///
/// @param patience how long a starting service waits for it to answer; zero to give up at once
@ConfigurationProperties("covenant.database")
public record DatabaseProperties(@DefaultValue("60s") Duration patience) {

    public DatabaseProperties {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("covenant.database.patience must not be negative");
        }
    }
}
