package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.TestIssuer;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFilterTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final Backend ORDERS = new Backend("orders");
    private static final RunningGateway GATEWAY = RunningGateway.with(
            "covenant.security.mode=enforced",
            "covenant.security.issuer=" + ISSUER.uri(),
            "covenant.services.orders=" + ORDERS.address(),
            "covenant.services.inventory=" + Backend.nobody(),
            "covenant.services.coordinator=" + Backend.nobody());

    @BeforeEach
    void forget() {
        ORDERS.reset();
    }

    @Test
    void passesAGoodTokenOnToTheService() {
        var token = ISSUER.token("orders:read");

        assertThat(GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(200);
        assertThat(ORDERS.requests.getFirst().header("Authorization")).isEqualTo("Bearer " + token);
    }

    @Test
    void showsWhoWatchesHealthAndMetricsAtTheOperatorsPortAndTheRestToNobody() {
        assertThat(GATEWAY.operate("GET", "/actuator/prometheus", "").status()).isEqualTo(200);
        for (var path : new String[] {"/actuator", "/actuator/info", "/actuator/env", "/actuator/healthy"}) {
            GATEWAY.operate("GET", path, "").isProblem(401, "unauthenticated");
        }
        var metrics = "Bearer " + ISSUER.token("metrics:read");
        for (var path : new String[] {"/actuator", "/actuator/env", "/actuator/../api/v1/orders", "/actuatorx"}) {
            assertThat(GATEWAY.operate("GET", path, "", "Authorization", metrics)
                            .status())
                    .isIn(400, 404);
        }
        assertThat(GATEWAY.operate("GET", "/actuator/info", "", "Authorization", metrics)
                        .status())
                .isEqualTo(200);
        GATEWAY.operate("GET", "/actuator/info", "", "Authorization", "Bearer " + ISSUER.token("gateway:read"))
                .isProblem(403, "forbidden");
        for (var path : new String[] {"/actuator/health", "/actuator/health/liveness", "/actuator/prometheus"}) {
            GATEWAY.get(path).isProblem(404, "unknown-path");
        }
        assertThat(ORDERS.requests).isEmpty();
    }

    @Test
    void healthIsOpen() {
        assertThat(GATEWAY.operate("GET", "/actuator/health/liveness", "").status())
                .isEqualTo(200);
    }

    @Test
    void refusesWhoHasNoTokenBeforeAnyServiceHearsOfIt() {
        var refused = GATEWAY.get("/api/v1/orders").isProblem(401, "unauthenticated");

        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(ORDERS.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/actuator/env", "/actuator/health/../env", "/actuator/healthy"})
    void saysNothingAboutPathsToWhoHasNoToken(String path) {
        assertThat(GATEWAY.get(path).status()).isIn(400, 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer nonsense", "Bearer a.b.c"})
    void refusesNonsenseForAToken(String header) {
        var refused = GATEWAY.get("/api/v1/orders", "Authorization", header).isProblem(401, "invalid-token");

        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void refusesOtherSchemes() {
        GATEWAY.get("/api/v1/orders", "Authorization", "Basic YTpi").isProblem(401, "unauthenticated");
    }

    @Test
    void refusesAnExpiredTokenAndOneThatServicesHave() {
        var expired = ISSUER.token(
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(60))));

        GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + expired).isProblem(401, "invalid-token");
        GATEWAY.get("/api/v1/orders", "Authorization", "Bearer " + ISSUER.serviceToken("branches:drive"))
                .isProblem(401, "invalid-token");
        assertThat(ORDERS.requests).isEmpty();
    }

    @Test
    void operatorsNeedTheirScopeAndAreKnownByTheirToken() {
        var shopper = "Bearer " + ISSUER.token("orders:read");
        var reader = "Bearer " + ISSUER.token("gateway:read");

        GATEWAY.operate("GET", "/admin/clusters", "").isProblem(401, "unauthenticated");
        var refused = GATEWAY.operate("GET", "/admin/clusters", "", "Authorization", shopper)
                .isProblem(403, "forbidden");
        assertThat(refused.json().path("scope").asString()).isEqualTo("gateway:read");
        assertThat(GATEWAY.operate("GET", "/admin/clusters", "", "Authorization", reader)
                        .status())
                .isEqualTo(200);
        GATEWAY.operate("PUT", "/admin/clusters/orders", "{}", "Authorization", reader, "If-Match", "*")
                .isProblem(403, "forbidden");
        var operator = "Bearer "
                + ISSUER.token(claims -> claims.subject("olga").claim("scope", "gateway:read gateway:operate"));
        var changed = GATEWAY.operate(
                "PUT",
                "/admin/clusters/orders",
                "{\"policy\":\"random\"}",
                "Authorization",
                operator,
                "X-Operator",
                "somebody else",
                "If-Match",
                "*");
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(GATEWAY.operate("GET", "/admin/clusters/orders/audit", "", "Authorization", operator)
                        .text())
                .contains("olga")
                .doesNotContain("somebody else");
    }
}
