package io.covenant.gateway.edge;

import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilter;

/// Something that some routes have, because the configuration says so, and that costs the others nothing.
public interface RouteFeature {

    /// Its key below `covenant.gateway`; the ids of routes come after it.
    String key();

    /// The ids of the routes that have it.
    Set<String> routes();

    /// Does it for one of these routes. Tells its place among all filters by [org.springframework.core.Ordered].
    ///
    /// @param service that the route leads to
    /// @throws IllegalArgumentException when it cannot be done for this one
    GatewayFilter filter(String route, String service);

    /// What operators are shown of it.
    Object about(String route);
}
