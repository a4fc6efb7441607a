package io.covenant.gateway.routing;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.SharedGateway;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedGateway.class)
class RouteTableTests {

    @ParameterizedTest
    @CsvSource({
        "/api/v1/orders, orders",
        "/api/v1/orders/1/cancel, orders",
        "/api/v1/customers/alice, orders",
        "/api/v1/stock, inventory",
        "/api/v1/stock/A%20B-%C3%A9?x=1&y=%2F, inventory",
    })
    void leadsToTheService(String path, String service) {
        assertThat(gateway().get(path).json().path("from").asString()).startsWith(service);
        assertThat(java.util.stream.Stream.of(SharedGateway.ORDERS_1, SharedGateway.ORDERS_2, SharedGateway.INVENTORY)
                        .flatMap(backend -> backend.requests.stream()))
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo(path));
    }

    @Test
    void leadsTransactionsToTheCoordinator() {
        var problem = gateway().get("/api/v1/transactions").isProblem(503, "no-instance-available");

        assertThat(problem.json().path("service").asString()).isEqualTo("coordinator");
    }

    @Test
    void passesEveryMethodAndTheBodyUnchanged() {
        for (var method : new String[] {"POST", "PUT", "PATCH", "DELETE"}) {
            SharedGateway.INVENTORY.reset();
            gateway()
                    .send(gateway()
                            .request("/api/v1/stock/A", "Content-Type", "application/json", "X-Extra", "1")
                            .method(method, HttpRequest.BodyPublishers.ofString("{\"näme\": 12.50}"))
                            .build());

            assertThat(SharedGateway.INVENTORY.requests).singleElement().satisfies(request -> {
                assertThat(request.line()).isEqualTo(method + " /api/v1/stock/A HTTP/1.1");
                assertThat(request.body()).isEqualTo("{\"näme\": 12.50}");
                assertThat(request.header("Content-Type")).isEqualTo("application/json");
                assertThat(request.header("X-Extra")).isEqualTo("1");
                assertThat(request.header("Host"))
                        .isEqualTo(SharedGateway.INVENTORY.address().substring(7));
            });
        }
    }

    @Test
    void passesTheAnswerUnchanged() {
        SharedGateway.INVENTORY.behaving(
                (_, connection) -> connection.say(
                        "HTTP/1.1 201 Created\nLocation: /api/v1/stock/A\nX-Extra: 1\nRetry-After: 7\nContent-Length: 2\n\n{}"));

        var answer = gateway().post("/api/v1/stock/A/receipts", "{}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/api/v1/stock/A");
        assertThat(answer.header("X-Extra")).isEqualTo("1");
        assertThat(answer.header("Retry-After")).isEqualTo("7");
        assertThat(answer.text()).isEqualTo("{}");
    }

    @Test
    void passesAnAnswerInChunksAndOneWithoutBody() {
        SharedGateway.INVENTORY.behaving((_, connection) ->
                connection.say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n6\n world\n0\n\n"));
        assertThat(gateway().get("/api/v1/stock").text()).isEqualTo("hello world");

        SharedGateway.INVENTORY.behaving((_, connection) -> connection.say("HTTP/1.1 204 No Content\n\n"));
        assertThat(gateway().get("/api/v1/stock").status()).isEqualTo(204);
    }

    @Test
    void passesTheProblemsOfServicesUnchanged() {
        SharedGateway.INVENTORY.behaving(
                (_, connection) -> connection.say(
                        "HTTP/1.1 409 Conflict\nContent-Type: application/problem+json\nContent-Length: 12\n\n{\"code\":\"x\"}"));

        var answer = gateway().get("/api/v1/stock");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text()).isEqualTo("{\"code\":\"x\"}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "inventory"})
    void leadsToTheDescriptionOfEachService(String service) {
        assertThat(gateway().get("/v3/api-docs/" + service).json().path("from").asString())
                .startsWith(service);
        assertThat(java.util.stream.Stream.of(SharedGateway.ORDERS_1, SharedGateway.ORDERS_2, SharedGateway.INVENTORY)
                        .flatMap(backend -> backend.requests.stream()))
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo("/v3/api-docs"));
    }

    @Test
    void tellsAVisitorWhatThereIs() {
        var index = gateway().get("/");

        assertThat(index.status()).isEqualTo(200);
        assertThat(index.json().path("api").path("orders").asString()).isEqualTo("/api/v1/orders");
    }

    @Test
    void showsItsOwnHealthAndMetrics() {
        assertThat(gateway()
                        .operate("GET", "/actuator/health", "")
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(gateway().operate("GET", "/actuator/health/readiness", "").status())
                .isEqualTo(200);
        assertThat(gateway().operate("GET", "/actuator/health/liveness", "").status())
                .isEqualTo(200);
        assertThat(gateway().operate("GET", "/actuator/prometheus", "").text()).contains("jvm_memory_used_bytes");
        await().untilAsserted(() -> assertThat(
                        gateway().operate("GET", "/actuator/prometheus", "").text())
                .contains("covenant_gateway_instance_available{instance=\"orders-1\",service=\"orders\"} 1.0")
                .contains("covenant_gateway_retries_total{service=\"orders\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/internal/v1/branches/prepare",
                "/internal",
                "/api/v1/ordersx",
                "/api/v1",
                "/api/v2/orders",
                "/API/v1/orders",
                "/v3/api-docs",
                "/v3/api-docs/orders/x",
                "/v3/api-docs/other",
                "/actuator",
                "/actuator/health",
                "/actuator/health/readiness",
                "/actuator/prometheus",
                "/actuator/env",
                "/actuator/gateway/routes",
                "/actuator/refresh",
                "/favicon.ico",
                "/webjars/x",
                "/index.html",
            })
    void knowsNothingElse(String path) {
        gateway().get(path).isProblem(404, "unknown-path");
        assertThat(SharedGateway.ORDERS_1.requests).isEmpty();
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
    }
}
