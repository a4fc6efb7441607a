package io.covenant.gateway.sockets;

import io.covenant.gateway.edge.RouteFeature;
import java.util.Map;
import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.stereotype.Component;

/// The routes that take WebSockets.
@Component
final class SocketRoutes implements RouteFeature {

    private final SocketProperties properties;
    private final SocketFilter filter;

    SocketRoutes(SocketProperties properties, SocketFilter filter) {
        this.properties = properties;
        this.filter = filter;
    }

    @Override
    public String key() {
        return "sockets.routes";
    }

    @Override
    public Set<String> routes() {
        return properties.routes();
    }

    @Override
    public GatewayFilter filter(String route, String service) {
        return filter;
    }

    @Override
    public Object about(String route) {
        return Map.of(
                "origins",
                properties.origins(),
                "maxFrame",
                properties.maxFrame().toBytes());
    }
}
