package io.covenant.gateway.routing;

import io.covenant.gateway.balancing.BalancingProperties;
import io.covenant.gateway.balancing.RouteChoices;
import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.edge.RouteFeature;
import io.covenant.gateway.protection.RouteLimits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.route.builder.UriSpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/// The route table. `/internal` is on it nowhere.
@Configuration(proxyBeanMethods = false)
class RouteTable {

    /// @param api whether this is the description of the service's API, which lies elsewhere inside
    private record Door(String id, String service, boolean api, List<String> paths) {}

    private static final List<Door> DOORS = List.of(
            new Door("orders", "orders", false, List.of("/api/v1/orders", "/api/v1/orders/**")),
            new Door("customers", "orders", false, List.of("/api/v1/customers", "/api/v1/customers/**")),
            new Door("stock", "inventory", false, List.of("/api/v1/stock", "/api/v1/stock/**")),
            new Door("transactions", "coordinator", false, List.of("/api/v1/transactions", "/api/v1/transactions/**")),
            new Door("orders-api", "orders", true, List.of("/v3/api-docs/orders")),
            new Door("inventory-api", "inventory", true, List.of("/v3/api-docs/inventory")),
            new Door("coordinator-api", "coordinator", true, List.of("/v3/api-docs/coordinator")));

    /// Which doors there are is not for a configuration to say. Looked at before anybody reads such routes: that takes
    /// long where they are many.
    @Bean
    static BeanFactoryPostProcessor noOtherRoutes(Environment environment) {
        return _ -> {
            var others = ConfigurationPropertyName.of(GatewayProperties.PREFIX).append("routes");
            for (var source : ConfigurationPropertySources.get(environment)) {
                if (source.containsDescendantOf(others) == ConfigurationPropertyState.PRESENT) {
                    throw new IllegalArgumentException(
                            "%s: routes are added in the gateway's code; the first here is '%s'"
                                    .formatted(others, environment.getProperty(others + "[0].id", "")));
                }
            }
        };
    }

    @Bean
    RouteLocator routes(
            RouteLocatorBuilder builder,
            BalancingProperties properties,
            List<RouteFeature> features,
            Services services) {
        requireKnown("balancing.routes", properties.routes().keySet());
        features.forEach(feature -> requireKnown(feature.key(), feature.routes()));
        var routes = builder.routes();
        for (var door : DOORS) {
            services.open(door.service());
            var rules = properties.routes().get(door.id());
            routes.route(door.id(), route -> {
                var path = route.path(door.paths().toArray(String[]::new));
                var own = features.stream()
                        .filter(feature -> feature.routes().contains(door.id()))
                        .map(feature -> feature.filter(door.id(), door.service()))
                        .toList();
                UriSpec open = path.filters(filters -> {
                    var all = filters.filters(own);
                    return door.api() ? all.setPath("/v3/api-docs") : all;
                });
                if (rules != null) {
                    open = open.metadata(RouteChoices.RULES, rules);
                    if (rules.timeout() != null) {
                        open = open.metadata(RouteLimits.TIMEOUT, rules.timeout());
                    }
                }
                return open.uri("service://" + door.service());
            });
        }
        return routes.build();
    }

    private static void requireKnown(String key, Set<String> ids) {
        var unknown = new TreeSet<>(ids);
        DOORS.forEach(door -> unknown.remove(door.id()));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("covenant.gateway.%s: there is no such route '%s'%s, only %s"
                    .formatted(
                            key,
                            unknown.first(),
                            unknown.size() == 1 ? "" : ", nor %d others".formatted(unknown.size() - 1),
                            DOORS.stream().map(Door::id).collect(Collectors.joining(", "))));
        }
    }

    /// What a visitor finds who knows nothing but the address.
    @Bean
    RouterFunction<ServerResponse> index() {
        var index = Map.of(
                "name",
                "Covenant",
                "api",
                Map.of(
                        "orders", "/api/v1/orders",
                        "customers", "/api/v1/customers",
                        "stock", "/api/v1/stock",
                        "transactions", "/api/v1/transactions"),
                "openapi",
                Map.of(
                        "orders", "/v3/api-docs/orders",
                        "inventory", "/v3/api-docs/inventory",
                        "coordinator", "/v3/api-docs/coordinator"));
        return RouterFunctions.route()
                .GET(
                        "/",
                        _ -> ServerResponse.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .bodyValue(index))
                .build();
    }
}
