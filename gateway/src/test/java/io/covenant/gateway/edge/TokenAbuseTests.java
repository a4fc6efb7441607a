package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.BadTokens;
import io.covenant.testing.TestIssuer;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A token that is good but for one thing does not come past the gateway, and no service hears of it.
class TokenAbuseTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final Backend ORDERS = new Backend("orders");
    private static final Backend FORGER = new Backend("forger");
    private static final RunningGateway GATEWAY = RunningGateway.with(
            "covenant.security.mode=enforced",
            "covenant.security.issuer=" + ISSUER.uri(),
            "covenant.services.orders=" + ORDERS.address(),
            "covenant.services.inventory=" + Backend.nobody(),
            "covenant.services.coordinator=" + Backend.nobody());

    static Stream<Named<String>> badTokens() {
        return new BadTokens(
                        ISSUER,
                        URI.create(FORGER.address() + "/keys"),
                        "orders:read",
                        "gateway:read",
                        "gateway:operate")
                .all();
    }

    @BeforeEach
    void forget() {
        ORDERS.reset();
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void refusesOneThatIs(String token) {
        GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + token).isProblem(401, "invalid-token");
        GATEWAY.operate("GET", "/admin/clusters", "", "Authorization", "Bearer " + token)
                .isProblem(401, "invalid-token");

        assertThat(ORDERS.requests).isEmpty();
        assertThat(FORGER.requests).isEmpty();
    }

    @Test
    void readsNoTokenOutOfTheAddress() {
        GATEWAY.get("/api/v1/orders?access_token=" + ISSUER.token("orders:read"))
                .isProblem(401, "unauthenticated");

        assertThat(ORDERS.requests).isEmpty();
    }

    @Test
    void survivesATokenWithoutMeasure() {
        var huge = ISSUER.token(claims -> claims.claim("scope", "orders:read ".repeat(2_000)));

        var refused = GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + huge);

        assertThat(refused.status()).isIn(400, 413, 431);
        assertThat(ORDERS.requests).isEmpty();
        assertThat(GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + ISSUER.token("orders:read"))
                        .status())
                .isEqualTo(200);
    }
}
