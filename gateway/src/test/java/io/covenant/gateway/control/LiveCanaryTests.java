package io.covenant.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Of both routes version 1 serves; customers have a canary in the configuration, of 0 percent, and orders have none.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class LiveCanaryTests {

    private static final String SERVICE = "/admin/clusters/orders";
    private static final String CONFIGURED = "/api/v1/customers";
    private static final String PLAIN = "/api/v1/orders";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=%s#id=one&version=1,%s#id=two&version=2"
                        .formatted(one.address(), two.address()),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.slow-start=0s",
                "covenant.gateway.balancing.routes.orders.subset.version=1",
                "covenant.gateway.balancing.routes.customers.subset.version=1",
                "covenant.gateway.balancing.routes.customers.canary.subset.version=2",
                "covenant.gateway.balancing.routes.customers.canary.percent=0",
                "covenant.gateway.balancing.routes.customers.canary.header=X-Canary");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void begin() {
        assertThat(put("{\"policy\":\"random\"}").status()).isEqualTo(200);
        one.reset();
        two.reset();
    }

    private Answer put(String settings, String... headers) {
        return gateway.operate(
                "PUT",
                SERVICE,
                settings,
                headers.length == 0 ? new String[] {"If-Match", "*", "X-Operator", "olga"} : headers);
    }

    private Answer canary(String route, String canary) {
        return put("{\"policy\":\"random\",\"canaries\":{\"%s\":%s}}".formatted(route, canary));
    }

    private JsonNode shown(String route) {
        for (var each : gateway.operate("GET", "/admin/routes", "").json()) {
            if (each.path("id").asString().equals(route)) {
                return each.path("features").path("canary");
            }
        }
        throw new AssertionError("no route " + route);
    }

    private String from(String path, String... headers) {
        var answer = gateway.get(path, headers);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("from").asString();
    }

    @Test
    void sendsAsMuchToTheCanaryAsAnOperatorSaysFromThatMomentOn() {
        for (var percent : List.of(100, 0, 100)) {
            assertThat(canary("customers", "{\"percent\":%d}".formatted(percent))
                            .status())
                    .isEqualTo(200);
            one.requests.clear();
            two.requests.clear();

            Load.of(50, 4, _ -> gateway.get(CONFIGURED));

            assertThat(two.requests).hasSize(percent / 2);
            assertThat(one.requests).hasSize(50 - percent / 2);
        }
        assertThat(shown("customers").path("percent").asDouble()).isEqualTo(100);
        assertThat(from(PLAIN)).as("another route").isEqualTo("one");
    }

    @Test
    void keepsOfTheConfigurationWhatIsNotSaid() {
        canary("customers", "{\"percent\":0}");
        assertThat(from(CONFIGURED, "X-Canary", "always")).isEqualTo("two");

        canary("customers", "{\"percent\":100,\"header\":\"X-Other\"}");
        assertThat(from(CONFIGURED, "X-Canary", "never")).isEqualTo("two");
        assertThat(from(CONFIGURED, "X-Other", "never")).isEqualTo("one");
        assertThat(shown("customers").path("instances").path(0).asString()).isEqualTo("two");

        canary("customers", "{\"percent\":100,\"subset\":{\"version\":\"3\"}}");
        assertThat(from(CONFIGURED)).as("nobody is of version 3").isEqualTo("one");
        assertThat(shown("customers").path("instances").isEmpty()).isTrue();

        assertThat(put("{\"policy\":\"random\"}").status()).isEqualTo(200);
        assertThat(from(CONFIGURED, "X-Canary", "always"))
                .as("the configuration again")
                .isEqualTo("two");
        assertThat(shown("customers").path("percent").asDouble()).isZero();
    }

    @Test
    void givesARouteACanaryThatTheConfigurationDoesNotName() {
        assertThat(shown("orders").isMissingNode()).isTrue();

        assertThat(canary("orders", "{\"percent\":100,\"subset\":{\"version\":\"2\"}}")
                        .status())
                .isEqualTo(200);

        assertThat(from(PLAIN)).isEqualTo("two");
        assertThat(from(CONFIGURED)).isEqualTo("one");
    }

    @Test
    void losesNoRequestWhileTheShareChanges() {
        var done = new AtomicBoolean();
        var made = new AtomicInteger();
        try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
            var changes = thread.submit(() -> {
                while (!done.get()) {
                    assertThat(canary("customers", "{\"percent\":%d}".formatted(made.getAndIncrement() * 7 % 101))
                                    .status())
                            .isEqualTo(200);
                }
            });
            try {
                do {
                    assertThat(Load.of(1_000, 8, _ -> gateway.get(CONFIGURED)))
                            .allMatch(answer -> answer.status() == 200);
                } while (made.get() <= 20 && !changes.isDone());
            } finally {
                done.set(true);
            }
            assertThat(changes).succeedsWithin(Duration.ofSeconds(30));
        }
        assertThat(one.requests).isNotEmpty();
        assertThat(two.requests).isNotEmpty();
    }

    @Test
    void isAChangeOfTheServiceLikeAnyOther() {
        var seen = gateway.operate("GET", SERVICE, "").header("ETag");
        var would = gateway.operate(
                "PUT",
                SERVICE + "?dryRun=true",
                "{\"policy\":\"random\",\"canaries\":{\"customers\":{\"percent\":100}}}",
                "If-Match",
                seen,
                "X-Operator",
                "olga");
        assertThat(would.json()
                        .at("/settings/canaries/customers/subset/version")
                        .asString())
                .isEqualTo("2");
        assertThat(from(CONFIGURED)).as("only what would be").isEqualTo("one");

        assertThat(canary("customers", "{\"percent\":100}").header("ETag")).isNotEqualTo(seen);
        put("{\"policy\":\"random\"}", "If-Match", seen, "X-Operator", "peter").isProblem(412, "stale-version");

        assertThat(from(CONFIGURED)).isEqualTo("two");
        var audited = gateway.operate("GET", SERVICE + "/audit", "").json().path(0);
        assertThat(audited.path("operator").asString()).isEqualTo("olga");
        assertThat(audited.at("/before/canaries").isEmpty()).isTrue();
        assertThat(audited.at("/after/canaries/customers/percent").asDouble()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                                   | canaries                   | an object",
                "{\"payments\":{\"percent\":1}}                       | canaries.payments          | only customers, orders, orders-api",
                "{\"stock\":{\"percent\":1}}                          | canaries.stock             | no such route of this service",
                "{\"customers\":5}                                    | canaries.customers         | an object",
                "{\"customers\":{}}                                   | canaries.customers.percent | 0 to 100",
                "{\"customers\":{\"percent\":101}}                    | canaries.customers.percent | 0 to 100",
                "{\"customers\":{\"percent\":-1}}                     | canaries.customers.percent | 0 to 100",
                "{\"customers\":{\"percent\":\"5\"}}                  | canaries.customers.percent | 0 to 100",
                "{\"customers\":{\"percent\":5,\"color\":1}}          | canaries.customers.color   | not known",
                "{\"customers\":{\"percent\":5,\"header\":\"a b\"}}   | canaries.customers.header  | name of a header",
                "{\"customers\":{\"percent\":5,\"subset\":{}}}        | canaries.customers.subset  | labels",
                "{\"customers\":{\"percent\":5,\"subset\":{\"v\":2}}} | canaries.customers.subset  | labels",
                "{\"customers\":{\"percent\":5,\"subset\":{\"version\":\"1\"}}} | canaries.customers.subset | another one",
                "{\"orders\":{\"percent\":5}}                         | canaries.orders.subset     | labels",
                "{\"orders-api\":{\"percent\":5,\"subset\":{\"version\":\"2\"}}} | canaries.orders-api | no subset for the other requests",
            })
    void refusesWhatCannotBe(String canaries, String field, String rule) {
        var before = gateway.operate("GET", SERVICE, "").header("ETag");

        var refused =
                put("{\"policy\":\"random\",\"canaries\":" + canaries + "}").isProblem(400, "invalid-settings");

        assertThat(refused.json().at("/errors/0/field").asString()).isEqualTo(field);
        assertThat(refused.json().at("/errors/0/rule").asString()).contains(rule);
        assertThat(gateway.operate("GET", SERVICE, "").header("ETag"))
                .as("what is in use")
                .isEqualTo(before);
    }
}
