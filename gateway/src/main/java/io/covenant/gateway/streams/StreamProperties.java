package io.covenant.gateway.streams;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How long streams of events and sockets may go on, in place of a deadline.
///
/// @param idle    without a byte
/// @param longest in all; what the token says, if that is less
@ConfigurationProperties("covenant.gateway.streams")
record StreamProperties(
        @DefaultValue("60s") Duration idle,
        @DefaultValue("1h") Duration longest) {

    StreamProperties {
        if (idle.toMillis() < 1 || longest.toMillis() < 1) {
            throw new IllegalArgumentException("covenant.gateway.streams: idle and longest must last");
        }
    }
}
