package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.KeySource;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How many requests a subject may send on each route; routes that are not named have no limit.
///
/// @param limits by the id of the route
@ConfigurationProperties("covenant.gateway.rate")
public record RateProperties(@DefaultValue Map<String, Limit> limits) {

    public RateProperties {
        limits = Map.copyOf(limits);
    }

    /// @param requests so many
    /// @param per      in so long; evenly, after a burst of all of them
    /// @param subject  who counts as one, see [KeySource]; whoever has none of it counts by address
    public record Limit(
            @DefaultValue("100") int requests,
            @DefaultValue("1s") Duration per,
            @DefaultValue("subject") String subject) {

        public Limit {
            if (requests < 1 || !per.isPositive()) {
                throw new IllegalArgumentException("at least one request in a time that lasts");
            }
            if (requests > per.toNanos()) {
                throw new IllegalArgumentException("at most one request in a nanosecond");
            }
            var _ = KeySource.all(subject);
        }
    }
}
