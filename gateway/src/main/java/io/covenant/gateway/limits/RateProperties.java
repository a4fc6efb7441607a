package io.covenant.gateway.limits;

import io.covenant.gateway.balancing.KeySource;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How many requests a subject may send on each route; routes that are not named have no limit.
///
/// @param limits      by the id of the route
/// @param store       where requests are counted
/// @param patience    how long a request may take to be counted elsewhere; beyond, this gateway counts alone
/// @param connections to where they are counted: as many requests at a time
@ConfigurationProperties("covenant.gateway.rate")
public record RateProperties(
        @DefaultValue Map<String, Limit> limits,
        @DefaultValue("local") Store store,
        @DefaultValue("200ms") Duration patience,
        @DefaultValue("8") int connections) {

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MOST = 100;

    /// Where requests are counted.
    public enum Store {
        /// In each gateway.
        LOCAL,
        /// In the database of the gateways, by all of them together.
        POSTGRESQL
    }

    public RateProperties {
        limits = Map.copyOf(limits);
        if (patience.compareTo(SHORTEST) < 0 || patience.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("covenant.gateway.rate.patience: from 10ms to 5s, not " + patience);
        }
        if (connections < 1 || connections > MOST) {
            throw new IllegalArgumentException("covenant.gateway.rate.connections: from 1 to 100, not " + connections);
        }
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
