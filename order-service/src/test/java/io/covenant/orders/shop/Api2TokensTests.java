package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.Scopes;
import io.covenant.testing.BadTokens;
import io.covenant.testing.ScriptedServer;
import io.covenant.testing.TestIssuer;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// API2:2023, broken authentication: a token that is good but for one thing opens no service.
class Api2TokensTests extends InTheShop {

    private static final ScriptedServer FORGER = new ScriptedServer((_, connection) -> connection.answer("{}"));

    private static final String[] ALL = Arrays.stream(Scopes.class.getFields())
            .map(Api2TokensTests::value)
            .filter(scope -> scope.contains(":"))
            .toArray(String[]::new);

    private static String value(Field constant) {
        try {
            return String.valueOf(constant.get(null));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Named<String>> badTokens() {
        return new BadTokens(TestIssuer.shared(), FORGER.address().resolve("/keys"), ALL).all();
    }

    @AfterAll
    static void stop() {
        FORGER.close();
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void refusesOneThatIs(String token) {
        for (var service : shop.services()) {
            var refused = send(service.http(token), "GET", anything(service), null, null)
                    .is(401);

            assertThat(refused.text("code")).isEqualTo("invalid-token");
        }
        assertThat(FORGER.connections.get()).isZero();
    }

    @Test
    void takesTheSameTokenWhenNothingIsWrong() {
        for (var service : shop.services()) {
            send(service.http(TestIssuer.shared().token(ALL)), "GET", anything(service), null, null)
                    .is(200);
        }
    }

    @Test
    void readsNoTokenOutOfTheAddressOrTheBody() {
        var token = TestIssuer.shared().token(ALL);

        send(shop.orders.stranger(), "GET", "/api/v1/orders?access_token=" + token, null, null)
                .is(401);
        send(shop.orders.stranger(), "POST", "/api/v1/orders", null, Map.of("access_token", token))
                .is(401);
    }

    @Test
    void refusesATokenWithoutAnyScope() {
        for (var service : shop.services()) {
            assertThat(send(service.http(TestIssuer.shared().token()), "GET", anything(service), null, null)
                            .is(403)
                            .text("code"))
                    .isEqualTo("forbidden");
        }
    }

    /// Longer than any header that is read.
    @Test
    void survivesATokenWithoutMeasure() throws Exception {
        var huge = TestIssuer.shared().token(claims -> claims.claim("scope", "orders:read ".repeat(2_000)));
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(shop.orders.url() + "/api/v1/orders"))
                            .header("Authorization", "Bearer " + huge)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isIn(400, 431);
        }
        get("/api/v1/orders").is(200);
    }

    private static String anything(Shop.Service service) {
        return switch (service.name()) {
            case "orders" -> "/api/v1/orders";
            case "inventory" -> "/api/v1/stock";
            default -> "/api/v1/transactions";
        };
    }
}
