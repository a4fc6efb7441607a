package io.covenant.orders.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.orders.RunningOrders;
import io.covenant.testing.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/// API10:2023, unsafe consumption of APIs: what another service says is read with the same care as what a client says.
class Api10PeersTests extends RunningOrders {

    private static final ScriptedServer ELSEWHERE = new ScriptedServer((_, connection) -> connection.answer("{}"));
    private static final ScriptedServer INVENTORY = new ScriptedServer((_, connection) -> connection.answer("{}"));

    @DynamicPropertySource
    static void peers(DynamicPropertyRegistry registry) {
        registry.add("covenant.services.inventory", INVENTORY::address);
    }

    @AfterAll
    static void stop() {
        INVENTORY.close();
        ELSEWHERE.close();
    }

    static Stream<String> bodies() {
        return Stream.of(
                "",
                "null",
                "[]",
                "<html>all is well</html>",
                "{}",
                "{\"items\": null}",
                "{\"items\": [null]}",
                "{\"items\": [{}]}",
                "{\"items\": [{\"sku\": \"LAMP\", \"name\": \"Lamp\", \"price\": -10.00}]}",
                "{\"items\": [{\"sku\": \"LAMP\", \"name\": \"Lamp\", \"price\": 0}]}",
                "{\"items\": [{\"sku\": \"LAMP\", \"name\": \"Lamp\", \"price\": 1e999999}]}",
                "{\"items\": [{\"sku\": \"LAMP\", \"name\": null, \"price\": 10.00}]}",
                "{\"items\": [{\"sku\": \"SAND\", \"name\": \"Sand\", \"price\": 10.00}]}",
                "{\"items\": [%1$s, %1$s]}".formatted("{\"sku\": \"LAMP\", \"name\": \"Lamp\", \"price\": 10.00}"),
                "[".repeat(5_000));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void whatCannotBeMeantIsNoPrice(String body) {
        INVENTORY.follow((_, connection) -> connection.answer(body));

        refusesForNow();
    }

    @Test
    void nobodyIsFollowedElsewhere() {
        INVENTORY.follow((_, connection) ->
                connection.say("HTTP/1.1 307 Temporary Redirect\nLocation: %s/api/v1/stock\nContent-Length: 0\n\n"
                        .formatted(ELSEWHERE.address())));

        refusesForNow();

        assertThat(ELSEWHERE.connections.get()).isZero();
    }

    private void refusesForNow() {
        var ada = customerWith("100.00");
        int before = INVENTORY.requests.size();

        var problem = http().post()
                .uri("/api/v1/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("customer", ada, "lines", List.of(Map.of("sku", "LAMP", "quantity", 1))))
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(INVENTORY.requests.size()).isGreaterThan(before);
        assertThat(problem).contains("https://covenant.io/problems/").doesNotContain("Exception", "html");
        expectOpenAmount(ada, 0.0);
    }
}
