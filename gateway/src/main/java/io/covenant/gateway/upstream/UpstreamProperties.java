package io.covenant.gateway.upstream;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How requests go to the instances.
///
/// @param upstream which client takes them there
@ConfigurationProperties("covenant.gateway")
record UpstreamProperties(@DefaultValue("lean") Way upstream) {

    /// Both do the same: `UpstreamDifferenceTests` send every kind of request both ways.
    enum Way {
        /// Our own, on the event loop of the request.
        LEAN,
        /// The one that Spring Cloud Gateway brings along.
        STOCK
    }
}
