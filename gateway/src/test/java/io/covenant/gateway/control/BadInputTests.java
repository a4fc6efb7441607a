package io.covenant.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.testing.TestIssuer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whatever is wrong with what is asked of the gateway, a problem document says so, and what is in use stays.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class BadInputTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final String ORDERS = "/admin/clusters/orders";
    private static final int MANY = 10_000;

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;
    private JsonNode inUse;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.slow-start=0s",
                "covenant.gateway.balancing.routes.customers.subset.version=1");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void threeToOne() {
        one.reset();
        two.reset();
        assertThat(put(ORDERS, "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":3,\"orders-2\":1}}")
                        .status())
                .isEqualTo(200);
        inUse = kept();
    }

    @AfterEach
    void isStillInUse() {
        assertThat(kept()).isEqualTo(inUse);
        one.reset();
        two.reset();
        assertThat(Load.of(40, 4, _ -> gateway.get("/api/v1/orders", "Authorization", token("orders:read"))))
                .allMatch(answer -> answer.status() == 200);
        assertThat(one.requests).hasSize(30);
        assertThat(two.requests).hasSize(10);
    }

    private static String token(String scopes) {
        return "Bearer " + ISSUER.token(scopes);
    }

    private Answer put(String path, String body) {
        return put(path, body, "*", token("gateway:read gateway:operate"));
    }

    private Answer put(String path, String body, String etag, String token) {
        return gateway.operate("PUT", path, body, "If-Match", etag, "Authorization", token);
    }

    /// Without what the gateway reports of itself at its leisure.
    private JsonNode kept() {
        return ((ObjectNode) gateway.operate("GET", ORDERS, "", "Authorization", token("gateway:read"))
                        .json())
                .without("gateways");
    }

    private void isRefused(String body, String field) {
        var refused = put(ORDERS, body).isProblem(400, "invalid-settings");

        assertThat(refused.json().at("/errors/0/field").asString()).isEqualTo(field);
    }

    @Test
    void anUnknownPolicy() {
        isRefused("{\"policy\":\"fastest\"}", "policy");
    }

    @Test
    void aNegativeWeight() {
        isRefused("{\"policy\":\"random\",\"weights\":{\"orders-1\":-1}}", "weights");
    }

    @Test
    void weightsThatAreAllZero() {
        isRefused("{\"policy\":\"random\",\"weights\":{\"orders-1\":0,\"orders-2\":0}}", "weights");
    }

    @Test
    void aStaleVersion() {
        var stale = "\"" + (inUse.path("version").asLong() - 1) + "\"";

        var refused = put(ORDERS, "{\"policy\":\"random\"}", stale, token("gateway:read gateway:operate"))
                .isProblem(412, "stale-version");

        assertThat(refused.json().path("version").asLong())
                .isEqualTo(inUse.path("version").asLong());
    }

    @Test
    void anUnknownService() {
        put("/admin/clusters/payments", "{\"policy\":\"random\"}").isProblem(404, "unknown-service");
    }

    @Test
    void aDrainOfTheLastInstance() {
        put(ORDERS, "{\"policy\":\"random\",\"drained\":[\"orders-1\",\"orders-2\"]}")
                .isProblem(409, "last-instance");
    }

    @Test
    void aTokenOfTheWrongRole() {
        for (var scopes : new String[] {"orders:read orders:write", "gateway:read"}) {
            var refused =
                    put(ORDERS, "{\"policy\":\"random\"}", "*", token(scopes)).isProblem(403, "forbidden");

            assertThat(refused.header("WWW-Authenticate")).contains("scope=\"gateway:operate\"");
        }
    }

    @Test
    void noToken() {
        for (var answer : new Answer[] {
            gateway.operate("PUT", ORDERS, "{\"policy\":\"random\"}", "If-Match", "*"), gateway.get("/api/v1/orders")
        }) {
            answer.isProblem(401, "unauthenticated");
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
    }

    @Test
    void aKeyThatARequestDoesNotHaveIsDrawnByLot() {
        assertThat(put(ORDERS, "{\"policy\":\"hash\",\"hashKey\":\"header:X-Customer\"}")
                        .status())
                .isEqualTo(200);
        var bearer = token("orders:read");

        assertThat(Load.of(100, 4, _ -> gateway.get("/api/v1/orders", "Authorization", bearer)))
                .allMatch(answer -> answer.status() == 200);

        assertThat(one.requests).hasSizeBetween(20, 80);
        assertThat(two.requests).hasSizeBetween(20, 80);
        threeToOne();
    }

    @Test
    void tenThousandRoutesThatDoNotExistOfWhichTheFirstAreNamed() {
        var canaries =
                IntStream.range(0, MANY).mapToObj("\"r%05d\":{}"::formatted).collect(Collectors.joining(",", "{", "}"));

        var refused = put(ORDERS, "{\"policy\":\"random\",\"canaries\":" + canaries + "}")
                .isProblem(400, "invalid-settings");

        assertThat(refused.json().path("errors")).hasSize(21);
        assertThat(refused.json().at("/errors/0/field").asString()).isEqualTo("canaries.r00000");
        assertThat(refused.json().at("/errors/0/rule").asString()).contains("only customers, orders, orders-api");
        assertThat(refused.json().at("/errors/20/rule").asString()).isEqualTo("9980 more are wrong");
    }

    @Test
    void moreThanAnyoneHasToSay() {
        put(ORDERS, "{\"policy\":\"random\",\"weights\":{\"" + "x".repeat(300_000) + "\":1}}")
                .isProblem(413, "body-too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bulkhead.limits.%s=1", "balancing.routes.%s.sticky=a", "mirror.routes.%s.service=b"})
    void aConfigurationOfTenThousandRoutesThatDoNotExist(String setting) {
        failsToStart(
                number -> Stream.of("covenant.gateway." + setting.formatted("r%05d".formatted(number))),
                "there is no such route 'r00000', nor 9999 others");
    }

    @Test
    void tenThousandRoutesInTheConfiguration() {
        failsToStart(
                number -> {
                    var route = "spring.cloud.gateway.server.webflux.routes[" + number + "].";
                    return Stream.of(
                            route + "id=r" + number,
                            route + "uri=" + one.address(),
                            route + "predicates[0]=Path=/r" + number);
                },
                "routes are added in the gateway's code; the first here is 'r0'");
    }

    private static void failsToStart(IntFunction<Stream<String>> settings, String why) {
        var all = IntStream.range(0, MANY).boxed().flatMap(settings::apply).toArray(String[]::new);

        assertThatThrownBy(() -> RunningGateway.with(all)).hasStackTraceContaining(why);
    }
}
