package io.covenant.web.services;

import io.covenant.balancing.Policy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How other services are called.
///
/// @param connectTimeout how long to wait for a connection before the next instance is tried
/// @param timeout        how long a call may take in all, unless the request says otherwise
/// @param maxConnections the most connections to one instance
/// @param maxIdle        how long a connection may rest before it is closed; less than the servers' keep-alive
/// @param avoidFor       how long an instance that does not answer is left out at first, growing to ten times that;
///                       how long it may leave all who wait unanswered; how often one where nobody listens is looked at
/// @param maxAnswer      the longest answer that is read
/// @param policy         who is asked first: `round-robin`, `random`, `weighted`, `least-loaded` or `peak-ewma`
/// @param sslBundle      what this service shows when it calls an `https` address, and whom it believes; the JDK's
///                       default when absent
@ConfigurationProperties("covenant.client")
public record ServiceClientProperties(
        @DefaultValue("500ms") Duration connectTimeout,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("256") int maxConnections,
        @DefaultValue("15s") Duration maxIdle,
        @DefaultValue("1s") Duration avoidFor,
        @DefaultValue("16MB") DataSize maxAnswer,
        @DefaultValue("least-loaded") String policy,
        @Nullable String sslBundle) {

    public ServiceClientProperties {
        if (Policy.labelled(policy) instanceof Policy.ConsistentHash) {
            throw new IllegalArgumentException(
                    "covenant.client.policy: requests between services have no key to be hashed");
        }
    }

    /// The defaults.
    public static ServiceClientProperties defaults() {
        return new ServiceClientProperties(
                Duration.ofMillis(500),
                Duration.ofSeconds(10),
                256,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                DataSize.ofMegabytes(16),
                "least-loaded",
                null);
    }

    Policy balancing() {
        return Policy.labelled(policy);
    }
}
