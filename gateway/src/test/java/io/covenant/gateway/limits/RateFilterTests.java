package io.covenant.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RateFilterTests {

    private final Backend one = new Backend("one");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=" + one.address(),
                "covenant.gateway.rate.limits.customers.requests=3",
                "covenant.gateway.rate.limits.customers.per=1h",
                "covenant.gateway.rate.limits.customers.subject=header:X-Customer");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
    }

    @Test
    void turnsAwayWhoSendsMoreThanARouteAllows() {
        one.requests.clear();
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.get("/api/v1/customers", "X-Customer", "alice").status())
                    .isEqualTo(200);
        }

        var refused = gateway.get("/api/v1/customers", "X-Customer", "alice");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.json().path("code").asString()).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1_100, 1_200);
        assertThat(gateway.get("/api/v1/customers", "X-Customer", "bob").status())
                .isEqualTo(200);
        assertThat(gateway.get("/api/v1/orders", "X-Customer", "alice").status())
                .as("a route without a limit")
                .isEqualTo(200);
        assertThat(one.requests).hasSize(5);
    }

    @Test
    void countsByAddressWhoHasNoSubject() {
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.get("/api/v1/customers").status()).isEqualTo(200);
        }
        assertThat(gateway.get("/api/v1/customers").status()).isEqualTo(429);
    }
}
