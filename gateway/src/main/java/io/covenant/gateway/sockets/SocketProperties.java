package io.covenant.gateway.sockets;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// Which routes take WebSockets; on the others nobody is understood who asks for one.
///
/// @param routes   the ids
/// @param origins  such as `https://shop.example`: pages of these may open sockets, beside those of the gateway's host
/// @param maxFrame the longest frame, and the longest message that is sent in several
@ConfigurationProperties("covenant.gateway.sockets")
record SocketProperties(
        @DefaultValue Set<String> routes,
        @DefaultValue Set<String> origins,
        @DefaultValue("64KB") DataSize maxFrame) {

    SocketProperties {
        routes = Set.copyOf(routes);
        origins = Set.copyOf(origins);
    }
}
