package io.covenant.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.gateway.limits.RateProperties.Limit;
import io.covenant.gateway.limits.RateProperties.Store;
import io.covenant.testing.TestIssuer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RateLimitsTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();

    private final Backend one = new Backend("one");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.orders=" + one.address(),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.rate.limits.customers.requests=3",
                "covenant.gateway.rate.limits.customers.per=1h",
                "covenant.gateway.rate.limits.stock.requests=3",
                "covenant.gateway.rate.limits.stock.per=1h",
                "covenant.gateway.rate.limits.stock.subject=header:X-Customer");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
    }

    @BeforeEach
    void forget() {
        one.reset();
    }

    private static String tokenOf(String subject) {
        return "Bearer " + ISSUER.token(claims -> claims.subject(subject).claim("scope", "customers:read"));
    }

    private Answer get(String path, String subject, String customer) {
        return gateway.get(path, "Authorization", tokenOf(subject), "X-Customer", customer);
    }

    @Test
    void turnsAwayWhoSendsMoreThanARouteAllowsWhateverElseTheySayOfThemselves() {
        for (int i = 2; i >= 0; i--) {
            var answer = get("/api/v1/customers", "alice", "made-up-" + i);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.all("RateLimit-Policy")).containsExactly("\"customers\";q=3;w=3600");
            assertThat(answer.header("RateLimit")).matches("\"customers\";r=%d;t=[1-9][0-9]{2,3}".formatted(i));
        }

        var refused = get("/api/v1/customers", "alice", "made-up-4");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.json().path("code").asString()).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1_100, 1_200);
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"customers\";q=3;w=3600");
        assertThat(refused.header("RateLimit")).matches("\"customers\";r=0;t=3[56][0-9]{2}");
        assertThat(get("/api/v1/customers", "bob", "made-up-4").status()).isEqualTo(200);
        var unlimited = get("/api/v1/orders", "alice", "made-up-4");
        assertThat(unlimited.status()).as("a route without a limit").isEqualTo(200);
        assertThat(unlimited.all("RateLimit")).isEmpty();
        assertThat(one.requests).hasSize(5);
    }

    @Test
    void countsByWhatTheRouteSaysAndByAddressWhoHasNoneOfIt() {
        for (int i = 0; i < 3; i++) {
            assertThat(get("/api/v1/stock", "alice" + i, "127.0.0.1").status()).isEqualTo(200);
            assertThat(gateway.get("/api/v1/stock", "Authorization", tokenOf("alice" + i))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(get("/api/v1/stock", "carol", "127.0.0.1").status()).isEqualTo(429);
        assertThat(gateway.get("/api/v1/stock", "Authorization", tokenOf("carol"))
                        .status())
                .isEqualTo(429);
    }

    @Test
    void showsOperatorsThatEachGatewayCountsForItself() {
        var routes = gateway.operate("GET", "/admin/routes", "", "Authorization", tokenOfAnOperator())
                .json();

        assertThat(routes)
                .filteredOn(route -> route.path("id").asString().equals("stock"))
                .singleElement()
                .satisfies(route -> {
                    var limit = route.path("features").path("rate.limits");
                    assertThat(limit.path("requests").asInt()).isEqualTo(3);
                    assertThat(limit.path("per").asString()).isEqualTo("PT1H");
                    assertThat(limit.path("subject").asString()).isEqualTo("header:X-Customer");
                    assertThat(limit.path("store").asString()).isEqualTo("local");
                    assertThat(limit.path("shared").asBoolean()).isFalse();
                });
    }

    private static String tokenOfAnOperator() {
        return "Bearer " + ISSUER.token(claims -> claims.subject("olga").claim("scope", "gateway:read"));
    }

    @Test
    void refusesLimitsThatAreNone() {
        var second = Duration.ofSeconds(1);
        for (var wrong : List.<Runnable>of(
                () -> new Limit(0, second, "subject"),
                () -> new Limit(1, Duration.ZERO, "subject"),
                () -> new Limit(2, Duration.ofNanos(1), "subject"),
                () -> new Limit(1, second, "body"),
                () -> new RateProperties(Map.of(), Store.LOCAL, Duration.ofMillis(9), 8),
                () -> new RateProperties(Map.of(), Store.LOCAL, Duration.ofMillis(5_001), 8),
                () -> new RateProperties(Map.of(), Store.POSTGRESQL, second, 0),
                () -> new RateProperties(Map.of(), Store.POSTGRESQL, second, 101))) {
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(wrong::run);
        }
    }
}
