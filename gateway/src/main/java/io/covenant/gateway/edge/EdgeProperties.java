package io.covenant.gateway.edge;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How long and how large a request may be before anybody knows what it asks.
///
/// @param headTimeout   how long a client may take to send a request line and headers, from the first byte
/// @param maxHeadSize   the longest request line, and the most that all headers are
/// @param mostInFlight  the most requests that the gateway works on at once; more are turned away
/// @param linger        how long a body is still read, and thrown away, after its request was answered without it
@ConfigurationProperties("covenant.gateway.edge")
record EdgeProperties(
        @DefaultValue("10s") Duration headTimeout,
        @DefaultValue("16KB") DataSize maxHeadSize,
        @DefaultValue("2000") int mostInFlight,
        @DefaultValue("2s") Duration linger) {}
