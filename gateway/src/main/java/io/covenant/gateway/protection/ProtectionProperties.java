package io.covenant.gateway.protection;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// The bounds of the gateway.
///
/// @param connectTimeout how long to wait for a connection to an instance
/// @param handshakeTimeout how long an instance with an `https` address may take to show who it is
/// @param timeout        how long a request may take from its last byte to the last byte of the answer
/// @param receiveTimeout how long a client may take to send a body
/// @param maxBodySize    the longest body that is taken
/// @param maxConnections the most connections to one instance
/// @param maxWaiting     the most requests that wait for a connection to one instance
/// @param maxWait        how long they wait
/// @param maxIdle        how long a connection may rest before it is closed; less than the services' keep-alive
@ConfigurationProperties("covenant.gateway")
public record ProtectionProperties(
        @DefaultValue("300ms") Duration connectTimeout,
        @DefaultValue("2s") Duration handshakeTimeout,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("10s") Duration receiveTimeout,
        @DefaultValue("256KB") DataSize maxBodySize,
        @DefaultValue("256") int maxConnections,
        @DefaultValue("1000") int maxWaiting,
        @DefaultValue("1s") Duration maxWait,
        @DefaultValue("15s") Duration maxIdle) {}
