package io.covenant.gateway.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.testing.ScriptedServer.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A route with a circuit breaker, one with a bulkhead, and a gateway with room for six requests.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class RouteProtectionTests {

    private static final String BROKEN = "/api/v1/orders";
    private static final String NARROW = "/api/v1/customers";
    private static final String WIDE = "/api/v1/stock";
    private static final Script FAILING =
            (_, connection) -> connection.say("HTTP/1.1 500 Internal Server Error\nContent-Length: 0\n\n");

    private final Backend orders = new Backend("orders");
    private final Backend inventory = new Backend("inventory");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=" + orders.address(),
                "covenant.services.inventory=" + inventory.address(),
                "covenant.gateway.edge.most-in-flight=6",
                "covenant.gateway.bulkhead.limits.customers=2",
                "covenant.gateway.breaker.routes.orders.window=10",
                "covenant.gateway.breaker.routes.orders.least=10",
                "covenant.gateway.breaker.routes.orders.open=5s",
                "covenant.gateway.breaker.routes.orders.trials=2",
                "covenant.gateway.balancing.silence=0s");
    }

    @AfterAll
    void stop() {
        gateway.close();
        orders.close();
        inventory.close();
    }

    @BeforeEach
    void recover() {
        orders.reset();
        inventory.reset();
        await().until(() -> gateway.get(BROKEN).status() == 200
                && breaker().path("state").asString().equals("CLOSED"));
        for (int i = 0; i < 10; i++) {
            gateway.get(BROKEN); // the window holds nothing else
        }
        orders.requests.clear();
    }

    private JsonNode about(String route, String feature) {
        for (var each : gateway.operate("GET", "/admin/routes", "").json()) {
            if (each.path("id").asString().equals(route)) {
                return each.path("features").path(feature);
            }
        }
        throw new AssertionError("no route " + route);
    }

    private JsonNode breaker() {
        return about("orders", "breaker.routes");
    }

    private Answer open() {
        orders.behaving(FAILING);
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.post(BROKEN, "{}").status()).isEqualTo(500);
        }
        return gateway.post(BROKEN, "{}").isProblemFor(5, "circuit-open");
    }

    @Test
    void sendsNothingOfARouteOfWhichHalfFailsAndTriesAgainLater() {
        var refused = open();

        assertThat(refused.json().path("route").asString()).isEqualTo("orders");
        assertThat(refused.json().path("retryAfterMillis").asInt()).isBetween(1, 5_000);
        assertThat(orders.requests).hasSize(5);
        assertThat(breaker().path("state").asString()).isEqualTo("OPEN");
        assertThat(gateway.get(NARROW).status())
                .as("another route of the service")
                .isEqualTo(500);

        orders.reset();
        await().until(() -> gateway.get(BROKEN).status() == 200);
        await().until(() -> {
            gateway.get(BROKEN);
            return breaker().path("state").asString().equals("CLOSED");
        });
        assertThat(gateway.operate("GET", "/actuator/prometheus", "").text())
                .contains(
                        "resilience4j_circuitbreaker_not_permitted_calls_total{kind=\"not_permitted\",name=\"orders\"}");
    }

    @Test
    void opensAgainWhenTheTrialsFail() {
        open();

        await().until(() -> gateway.post(BROKEN, "{}").status() == 500);
        await().until(() -> gateway.post(BROKEN, "{}").status() == 503);

        assertThat(breaker().path("state").asString()).isEqualTo("OPEN");
    }

    @Test
    void doesNotBlameARouteForWhatClientsDo() {
        orders.behaving((request, connection) -> {
            if (Integer.parseInt(request.header("X-Deadline-Millis")) <= 20) {
                Thread.sleep(60_000);
            }
            connection.say("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n");
        });

        Load.of(
                20,
                4,
                number -> number % 2 == 0
                        ? gateway.get(BROKEN, "X-Deadline-Millis", "20").isProblem(504, "upstream-timeout")
                        : gateway.get(BROKEN));

        assertThat(breaker().path("state").asString()).isEqualTo("CLOSED");
        assertThat(breaker().path("failed").asInt()).isZero();
    }

    @Test
    void keepsSoManyRequestsOfARouteInFlightAndNoMore() throws Exception {
        var go = new CountDownLatch(1);
        orders.behaving((_, connection) -> {
            go.await();
            connection.answer("{}");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = threads.submit(() -> gateway.get(NARROW));
            var two = threads.submit(() -> gateway.get(NARROW));
            await().until(() -> orders.requests.size() == 2);

            var refused = gateway.get(NARROW).isProblem(503, "too-many-requests-in-flight");

            assertThat(refused.json().path("route").asString()).isEqualTo("customers");
            assertThat(about("customers", "bulkhead.limits").path("inFlight").asInt())
                    .isEqualTo(2);
            assertThat(gateway.get(WIDE).status()).as("another route").isEqualTo(200);
            go.countDown();
            assertThat(one.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(two.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
        await().until(() ->
                about("customers", "bulkhead.limits").path("inFlight").asInt() == 0);
        assertThat(gateway.get(NARROW).status()).isEqualTo(200);
    }

    @Test
    void freesThePlaceOfAClientThatLeaves() throws Exception {
        orders.behaving((_, _) -> Thread.sleep(60_000));
        for (int i = 0; i < 4; i++) {
            int asked = orders.requests.size() + 1;
            try (var socket = gateway.connect()) {
                socket.getOutputStream()
                        .write("GET /api/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                await().until(() -> orders.requests.size() == asked);
            }
            await().until(() ->
                    about("customers", "bulkhead.limits").path("inFlight").asInt() == 0);
        }
    }

    @Test
    void turnsAwayWhatIsTooMuchForTheWholeGatewayButNotWhoWatches() throws Exception {
        var go = new CountDownLatch(1);
        inventory.behaving((_, connection) -> {
            go.await();
            connection.answer("{}");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var taken = java.util.stream.IntStream.range(0, 6)
                    .mapToObj(_ -> threads.submit(() -> gateway.get(WIDE)))
                    .toList();
            await().until(() -> inventory.requests.size() == 6);

            gateway.get(WIDE).isProblem(503, "gateway-overloaded");
            gateway.get(BROKEN).isProblem(503, "gateway-overloaded");

            assertThat(gateway.operate("GET", "/actuator/health", "").status()).isEqualTo(200);
            assertThat(gateway.operate("GET", "/actuator/health/readiness", "").status())
                    .isEqualTo(200);
            assertThat(gateway.operate("GET", "/admin/clusters", "").status()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(
                            gateway.operate("GET", "/actuator/prometheus", "").text())
                    .contains("covenant_gateway_in_flight 7.0")
                    .containsPattern("covenant_gateway_shed_total [1-9]"));
            go.countDown();
            for (var each : taken) {
                assertThat(each.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
        }
        assertThat(gateway.get(BROKEN).status()).isEqualTo(200);
    }

    @Test
    void refusesWhatNoRouteCanBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BulkheadProperties(Map.of("orders", 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BreakerProperties.Rule(101, 100, 20, Duration.ofSeconds(1), 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BreakerProperties.Rule(50, 10, 20, Duration.ofSeconds(1), 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new BreakerProperties.Rule(50, 10, 10, Duration.ZERO, 5));
    }
}
