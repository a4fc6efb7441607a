package io.covenant.gateway.control;

import java.net.InetAddress;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where operators are served.
///
/// @param address the interface; this machine alone until there is authentication
/// @param port    0 for any
/// @param follow  how often a shared store is asked for what another gateway took
@ConfigurationProperties("covenant.gateway.admin")
public record ControlProperties(
        @DefaultValue("127.0.0.1") InetAddress address,
        @DefaultValue("8090") int port,
        @DefaultValue("1s") Duration follow) {}
