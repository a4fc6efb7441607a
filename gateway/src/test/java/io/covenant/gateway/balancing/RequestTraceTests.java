package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.balancing.view.Considered;
import io.covenant.balancing.view.Decision;
import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.testing.TestIssuer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class RequestTraceTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ORDERS = "/api/v1/orders";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.gateway.balancing.policy=round-robin",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.ejection=1ms");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void begin() {
        one.reset();
        two.reset();
        await().untilAsserted(() -> assertThat(gateway.service("orders").view().instances())
                .allMatch(each -> each.state().name().matches("AVAILABLE|WARMING")));
    }

    private Answer get(String scopes) {
        return gateway.get(
                ORDERS, "X-Decision-Trace", "1", "Authorization", "Bearer " + ISSUER.token(scopes.split(" ", -1)));
    }

    private static JsonNode trace(Answer answer) {
        return JSON.readTree(answer.header("X-Decision-Trace"));
    }

    @Test
    void tellsAnOperatorWhereARequestWentAndWhy() {
        var trace = trace(get("orders:read gateway:read"));

        assertThat(trace.at("/route").asString()).isEqualTo("orders");
        assertThat(trace.at("/service").asString()).isEqualTo("orders");
        assertThat(trace.at("/tries")).hasSize(1);
        assertThat(trace.at("/tries/0/policy").asString()).isEqualTo("round-robin");
        assertThat(trace.at("/tries/0/picked").asString()).startsWith("orders-");
        assertThat(trace.at("/tries/0/end").asString()).isEqualTo("200");
        assertThat(trace.at("/tries/0/micros").asLong()).isPositive();
        assertThat(trace.at("/tries/0/considered").findValuesAsString("verdict"))
                .containsExactlyInAnyOrder("picked", "not picked");
    }

    @Test
    void tellsOfEveryTry() {
        one.behaving((_, connection) -> connection.say("HTTP/1.1 503 Service Unavailable\nContent-Length: 0\n\n"));

        var tried = IntStream.range(0, 4)
                .mapToObj(_ -> trace(get("orders:read gateway:read")).at("/tries"))
                .filter(tries -> tries.size() == 2)
                .findFirst();

        assertThat(tried).hasValueSatisfying(tries -> {
            assertThat(tries.findValuesAsString("picked")).containsExactly("orders-1", "orders-2");
            assertThat(tries.findValuesAsString("end")).containsExactly("503", "200");
            assertThat(tries.at("/1/considered").findValuesAsString("verdict")).contains("tried before");
            assertThat(tries.at("/1/atMicros").asLong())
                    .isGreaterThanOrEqualTo(tries.at("/0/micros").asLong());
        });
    }

    @Test
    void tellsWhyThereIsNoAnswer() {
        one.kill();
        two.kill();

        var answer = get("orders:read gateway:read").isProblem(503, "no-instance-available");

        assertThat(trace(answer).at("/tries").findValuesAsString("end")).contains("REFUSED");
    }

    @Test
    void tellsNobodyElse() {
        var answer = get("orders:read");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("X-Decision-Trace")).isEqualTo("takes the scope gateway:read");
        assertThat(gateway.get(ORDERS, "Authorization", "Bearer " + ISSUER.token("orders:read", "gateway:read"))
                        .header("X-Decision-Trace"))
                .as("nor who does not ask")
                .isEmpty();
    }

    @Test
    void fitsIntoAHeaderHoweverManyInstancesThereAre() {
        var considered = IntStream.range(0, 5_000)
                .mapToObj(number -> new Considered("orders-" + number, 1, 0, 0, 0, "not picked"))
                .toList();
        var trace = new RequestTrace("orders", "orders", 0);
        for (int i = 0; i < 3; i++) {
            trace.picked(new Decision("random", "orders-" + i, List.of("drawn"), considered), 0);
        }

        var told = trace.told(JSON);

        assertThat(told).hasSizeLessThan(6_001).contains("orders-2");
        assertThat(JSON.readTree(told).at("/unseen").asInt()).isGreaterThan(14_000);
    }
}
