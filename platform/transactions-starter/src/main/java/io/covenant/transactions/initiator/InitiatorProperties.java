package io.covenant.transactions.initiator;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How this service begins transactions.
///
/// @param coordinator the name of the coordinators' service
/// @param margin      how long to wait for an outcome beyond the transaction's deadline
@ConfigurationProperties("covenant.transactions.initiator")
public record InitiatorProperties(
        @DefaultValue("coordinator") String coordinator,
        @DefaultValue("2s") Duration margin) {}
