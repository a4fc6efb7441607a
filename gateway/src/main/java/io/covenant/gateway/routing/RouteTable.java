package io.covenant.gateway.routing;

import java.util.Map;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/// The route table. `/internal` is on it nowhere.
@Configuration(proxyBeanMethods = false)
class RouteTable {

    @Bean
    RouteLocator routes(RouteLocatorBuilder routes) {
        return routes.routes()
                .route(
                        "orders",
                        route -> route.path("/api/v1/orders", "/api/v1/orders/**")
                                .uri("service://orders"))
                .route(
                        "customers",
                        route -> route.path("/api/v1/customers", "/api/v1/customers/**")
                                .uri("service://orders"))
                .route(
                        "stock",
                        route -> route.path("/api/v1/stock", "/api/v1/stock/**").uri("service://inventory"))
                .route(
                        "transactions",
                        route -> route.path("/api/v1/transactions", "/api/v1/transactions/**")
                                .uri("service://coordinator"))
                .route(
                        "orders-api",
                        route -> route.path("/v3/api-docs/orders")
                                .filters(filters -> filters.setPath("/v3/api-docs"))
                                .uri("service://orders"))
                .route(
                        "inventory-api",
                        route -> route.path("/v3/api-docs/inventory")
                                .filters(filters -> filters.setPath("/v3/api-docs"))
                                .uri("service://inventory"))
                .route(
                        "coordinator-api",
                        route -> route.path("/v3/api-docs/coordinator")
                                .filters(filters -> filters.setPath("/v3/api-docs"))
                                .uri("service://coordinator"))
                .build();
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
                        "coordinator", "/v3/api-docs/coordinator"),
                "health",
                "/actuator/health");
        return RouterFunctions.route()
                .GET(
                        "/",
                        _ -> ServerResponse.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .bodyValue(index))
                .build();
    }
}
