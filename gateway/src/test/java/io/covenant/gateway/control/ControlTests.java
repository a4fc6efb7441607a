package io.covenant.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class ControlTests {

    private static final String ORDERS = "/admin/clusters/orders";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.slow-start=0s");
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
                .allMatch(each -> each.state().name().matches("AVAILABLE|DRAINING|IDLE")));
        assertThat(put(ORDERS, "{\"policy\":\"least-loaded\"}").status()).isEqualTo(200);
        one.requests.clear();
        two.requests.clear();
    }

    private Answer put(String path, String body) {
        return gateway.operate("PUT", path, body, "If-Match", "*", "X-Operator", "olga");
    }

    private Answer get(String path) {
        return gateway.operate("GET", path, "");
    }

    /// Without what the gateway reports of itself at its leisure.
    private JsonNode kept() {
        return ((ObjectNode) get(ORDERS).json()).without("gateways");
    }

    @Test
    void sharesByTheWeightsThatAnOperatorSets() {
        var before = get(ORDERS);
        var set = gateway.operate(
                "PUT",
                ORDERS,
                "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":3}}",
                "If-Match",
                before.header("ETag"),
                "X-Operator",
                "olga");

        assertThat(set.status()).as(set.text()).isEqualTo(200);
        assertThat(set.json().at("/version").asLong())
                .isEqualTo(before.json().at("/version").asLong() + 1);
        assertThat(set.header("ETag"))
                .isEqualTo("\"" + set.json().at("/version").asLong() + "\"");
        assertThat(set.json().at("/changedBy").asString()).isEqualTo("olga");
        assertThat(Load.of(1_000, 16, _ -> gateway.get("/api/v1/orders"))).allMatch(answer -> answer.status() == 200);
        assertThat(one.requests).hasSize(750);
        assertThat(two.requests).hasSize(250);

        var state = get(ORDERS + "/state").json();
        assertThat(state.at("/policy").asString()).isEqualTo("weighted");
        assertThat(state.at("/instances/0/share/due").asDouble()).isEqualTo(0.75);
        assertThat(state.at("/instances/0/sinceChange").asInt()).isEqualTo(750);
        assertThat(state.at("/instances/1/sinceChange").asInt()).isEqualTo(250);
        assertThat(state.at("/decisions").size()).isPositive();
        await().untilAsserted(() -> assertThat(get(ORDERS + "/state")
                        .json()
                        .at("/instances/0/outcomes/SUCCESS")
                        .asInt())
                .isGreaterThanOrEqualTo(750));
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "weighted", "random", "least-loaded", "peak-ewma", "hash"})
    void changesThePolicyWithoutARestart(String policy) {
        assertThat(put(ORDERS, "{\"policy\":\"%s\",\"hashKey\":\"header:X-Customer\"}".formatted(policy))
                        .status())
                .isEqualTo(200);

        // A slow answer of one is remembered for a while by who picks by latency.
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(Load.of(200, 8, number -> gateway.get("/api/v1/orders", "X-Customer", "c" + number)))
                    .allMatch(answer -> answer.status() == 200);
            assertThat(one.requests).isNotEmpty();
            assertThat(two.requests).isNotEmpty();
        });
        assertThat(get("/admin/routes").json().findValuesAsString("policy")).contains(policy);
    }

    @Test
    void losesNoRequestWhilePoliciesChangeAllTheTime() {
        var done = new AtomicBoolean();
        var made = new AtomicInteger();
        try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
            var changes = thread.submit(() -> {
                var policies = List.of("round-robin", "weighted", "random", "least-loaded", "peak-ewma", "hash");
                while (!done.get()) {
                    var body = "{\"policy\":\"%s\",\"weights\":{\"orders-2\":%d}}"
                            .formatted(policies.get(made.get() % 6), made.get() % 5);
                    assertThat(put(ORDERS, body).status()).isEqualTo(200);
                    made.incrementAndGet();
                }
            });
            try {
                do {
                    assertThat(Load.of(2_000, 16, _ -> gateway.get("/api/v1/orders")))
                            .allMatch(answer -> answer.status() == 200);
                } while (made.get() <= 20 && !changes.isDone());
            } finally {
                done.set(true);
            }
            assertThat(changes).succeedsWithin(Duration.ofSeconds(30));
        }
        await().untilAsserted(() ->
                assertThat(gateway.service("orders").view().inFlight()).isZero());
    }

    @Test
    void sendsNothingNewToAnInstanceThatIsDrained() {
        assertThat(put(ORDERS, "{\"policy\":\"random\",\"drained\":[\"orders-1\"]}")
                        .status())
                .isEqualTo(200);

        Load.of(100, 8, _ -> gateway.get("/api/v1/orders"));

        assertThat(one.requests).isEmpty();
        assertThat(get(ORDERS + "/state").json().at("/instances/0/state").asString())
                .isEqualTo("DRAINING");
    }

    @Test
    void sendsNothingToAnInstanceOfWeightZero() {
        assertThat(put(ORDERS, "{\"policy\":\"weighted\",\"weights\":{\"orders-2\":0}}")
                        .status())
                .isEqualTo(200);

        Load.of(100, 8, _ -> gateway.get("/api/v1/orders"));

        assertThat(two.requests).isEmpty();
    }

    @Test
    void drainsTheLastOneOnlyWhenForced() {
        var all = "{\"policy\":\"random\",\"drained\":[\"orders-1\",\"orders-2\"]}";
        put(ORDERS, all).isProblem(409, "last-instance");
        assertThat(gateway.get("/api/v1/orders").status()).isEqualTo(200);

        assertThat(put(ORDERS + "?force=true", all).status()).isEqualTo(200);
        gateway.get("/api/v1/orders").isProblem(503, "no-instance-available");
        assertThat(get(ORDERS + "/audit").json().at("/0/forced").asBoolean()).isTrue();
    }

    @Test
    void countsAnInstanceThatIsGoneAsNobody() {
        two.kill();
        await().untilAsserted(() -> {
            assertThat(gateway.get("/api/v1/orders").status()).isEqualTo(200);
            assertThat(get(ORDERS + "/state").json().at("/instances/1/state").asString())
                    .isEqualTo("GONE");
        });

        put(ORDERS, "{\"policy\":\"random\",\"drained\":[\"orders-1\"]}").isProblem(409, "last-instance");
    }

    @Test
    void onlySaysWhatWouldBe() {
        var before = kept();

        var would = put(ORDERS + "?dryRun=true", "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":9}}");

        assertThat(would.status()).isEqualTo(200);
        assertThat(would.json().at("/dryRun").asBoolean()).isTrue();
        assertThat(would.json().at("/instances/0/due").asDouble()).isEqualTo(0.9);
        assertThat(kept()).isEqualTo(before);
        assertThat(gateway.service("orders").settings().policy()).isEqualTo("least-loaded");
    }

    @Test
    void refusesWhoHasNotSeenTheLastChange() {
        var seen = get(ORDERS).header("ETag");
        put(ORDERS, "{\"policy\":\"random\"}");

        var stale = gateway.operate("PUT", ORDERS, "{\"policy\":\"hash\"}", "If-Match", seen, "X-Operator", "peter");

        stale.isProblem(412, "stale-version");
        assertThat(get(ORDERS).json().at("/settings/policy").asString()).isEqualTo("random");
        gateway.operate("PUT", ORDERS, "{\"policy\":\"hash\"}", "X-Operator", "peter")
                .isProblem(428, "if-match-missing");
        gateway.operate("PUT", ORDERS, "{\"policy\":\"hash\"}", "If-Match", "x", "X-Operator", "peter")
                .isProblem(400, "invalid-settings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"policy\":\"fastest\"} | policy | only round-robin",
                "{} | policy | must be there",
                "{\"policy\":7} | policy | must be there",
                "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":-1}} | weights | -1",
                "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":1000001}} | weights | 1000001",
                "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":1.5}} | weights.orders-1 | whole number",
                "{\"policy\":\"weighted\",\"weights\":[1]} | weights | object",
                "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":0,\"orders-2\":0}} | weights | nobody would serve",
                "{\"policy\":\"weighted\",\"weights\":{\"orders-9\":1}} | weights, drained | has no instance orders-9",
                "{\"policy\":\"weighted\",\"drained\":[\"orders-9\"]} | weights, drained | has no instance orders-9",
                "{\"policy\":\"hash\",\"hashKey\":\"body:x\"} | hashKey | no hash key",
                "{\"policy\":\"hash\",\"bound\":0.5} | bound | above 1",
                "{\"policy\":\"hash\",\"color\":1} | color | not known",
                "[] | body | object",
            })
    void refusesWhatCannotBe(String body, String field, String rule) {
        var before = kept();

        var refused = put(ORDERS, body).isProblem(400, "invalid-settings");

        assertThat(refused.json().at("/errors/0/field").asString()).isEqualTo(field);
        assertThat(refused.json().at("/errors/0/rule").asString()).contains(rule);
        assertThat(kept()).as("what is in use").isEqualTo(before);
    }

    @Test
    void refusesWhatIsNotJsonAndWhoDoesNotSayWhoTheyAre() {
        put(ORDERS, "policy=hash").isProblem(400, "malformed-body");
        var nobody = gateway.operate("PUT", ORDERS, "{\"policy\":\"hash\"}", "If-Match", "*")
                .isProblem(400, "invalid-settings");
        assertThat(nobody.json().at("/errors/0/field").asString()).isEqualTo("X-Operator");
    }

    @Test
    void knowsOnlyItsServices() {
        get("/admin/clusters/payments").isProblem(404, "unknown-service");
        get("/admin/clusters/payments/state").isProblem(404, "unknown-service");
        put("/admin/clusters/payments", "{\"policy\":\"hash\"}").isProblem(404, "unknown-service");
        get("/admin").isProblem(404, "unknown-path");
        get("/api/v1/orders").isProblem(404, "unknown-path");
        gateway.get("/admin/clusters/orders").isProblem(404, "unknown-path");
    }

    @Test
    void saysThatNobodyElseFollowsAndThatTheNextStartForgets() {
        assertThat(get(ORDERS).json().at("/store/kind").asString()).isEqualTo("memory");
        assertThat(get(ORDERS).json().at("/store/shared").asBoolean()).isFalse();
        assertThat(get(ORDERS + "/state").json().at("/store/meaning").asString())
                .contains("the next start forgets it");
    }

    @Test
    void listsServicesAndRoutes() {
        assertThat(get("/admin/clusters").json().findValuesAsString("service")).contains("orders", "inventory");
        assertThat(get("/admin/routes").json().findValuesAsString("id"))
                .contains("orders", "customers", "stock", "orders-api");
    }
}
