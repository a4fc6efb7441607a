package io.covenant.gateway.mirroring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.gateway.mirroring.MirrorProperties.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.gateway.route.RouteLocator;
import tools.jackson.databind.JsonNode;

/// Orders are copied to a shadow, reads and writes alike; half of the customers' reads to the second version of their
/// own service; stock not at all; and transactions to what turns out to be the coordinator itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class MirrorTests {

    private static final String COPIED = "/api/v1/orders";
    private static final String HALF = "/api/v1/customers";
    private static final String ALONE = "/api/v1/stock";
    private static final String SAME = "/api/v1/transactions";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private final Backend shadow = new Backend("shadow");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=%s#id=one&version=1,%s#id=two&version=2"
                        .formatted(one.address(), two.address()),
                "covenant.services.inventory=" + one.address(),
                "covenant.services.coordinator=" + one.address(),
                "covenant.services.shadow=" + shadow.address(),
                "covenant.services.twin=" + one.address(),
                "covenant.gateway.balancing.routes.orders.subset.version=1",
                "covenant.gateway.balancing.routes.customers.subset.version=1",
                "covenant.gateway.mirror.routes.orders.service=shadow",
                "covenant.gateway.mirror.routes.orders.methods=GET,POST",
                "covenant.gateway.mirror.routes.orders.most-in-flight=4",
                "covenant.gateway.mirror.routes.orders.timeout=8s",
                "covenant.gateway.mirror.routes.customers.subset.version=2",
                "covenant.gateway.mirror.routes.customers.percent=50",
                "covenant.gateway.mirror.routes.transactions.service=twin",
                "covenant.gateway.mirror.routes.transactions.methods=GET,POST");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
        shadow.close();
    }

    @BeforeEach
    void begin() {
        one.reset();
        two.reset();
        shadow.reset();
        awaitNoneInFlight("orders");
        one.requests.clear();
        shadow.requests.clear();
    }

    private void awaitNoneInFlight(String route) {
        await().until(() -> about(route).path("inFlight").asInt() == 0);
    }

    private JsonNode about(String route) {
        for (var each : gateway.operate("GET", "/admin/routes", "").json()) {
            if (each.path("id").asString().equals(route)) {
                return each.path("features").path("mirror.routes");
            }
        }
        throw new AssertionError("no route " + route);
    }

    private double counted(String metric, String tag, String value) {
        return gateway.operate("GET", "/actuator/prometheus", "")
                .text()
                .lines()
                .filter(line -> line.startsWith("covenant_gateway_mirror_" + metric + "{")
                        && line.contains(tag + "=\"" + value + "\"")
                        && line.contains("route=\"orders\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Answer isFromOne(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("from").asString()).isEqualTo("one");
        return answer;
    }

    @Test
    void sendsAMarkedCopyOfWhatTheServiceGets() {
        var answer = isFromOne(gateway.get(COPIED + "/1?x=%2F", "X-Extra", "1", "X-Deadline-Millis", "20000"));

        await().until(() -> shadow.requests.size() == 1);
        var copy = shadow.requests.getFirst();
        assertThat(copy.line()).isEqualTo("GET /api/v1/orders/1?x=%2F HTTP/1.1");
        assertThat(copy.header("X-Covenant-Mirror")).isEqualTo("1");
        assertThat(copy.header("X-Extra")).isEqualTo("1");
        assertThat(copy.header("X-Request-Id")).isEqualTo(answer.header("X-Request-Id"));
        assertThat(copy.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(copy.header("X-Deadline-Millis")).isEqualTo("8000");
        assertThat(copy.header("Host")).isEqualTo(shadow.address().substring(7));
        assertThat(one.requests).singleElement().satisfies(real -> {
            assertThat(real.header("X-Covenant-Mirror")).isEmpty();
            assertThat(real.header("X-Extra")).isEqualTo("1");
        });
    }

    @Test
    void copiesOnlyWhatItIsToldTo() {
        gateway.post(HALF, "{}");
        gateway.send(gateway.request(COPIED + "/1").DELETE().build());
        gateway.get(ALONE);
        gateway.get(COPIED, "Accept", "text/event-stream");
        isFromOne(gateway.get(COPIED));

        await().until(() -> shadow.requests.size() == 1);
        assertThat(shadow.requests.getFirst().line()).startsWith("GET");
        assertThat(two.requests).isEmpty();
    }

    @Test
    void copiesAWriteWithItsBodyUnderAKeyOfItsOwn() {
        for (var key : new String[] {"k-1", "k-1", "k-2", "k".repeat(128)}) {
            int seen = shadow.requests.size();
            isFromOne(gateway.post(COPIED, "{\"näme\": 1}", "Idempotency-Key", key, "Connection-Extra", "x"));
            await().until(() -> shadow.requests.size() == seen + 1);
        }

        assertThat(one.requests)
                .extracting(each -> each.header("Idempotency-Key"))
                .startsWith("k-1", "k-1", "k-2");
        assertThat(shadow.requests).allSatisfy(copy -> {
            assertThat(copy.body()).isEqualTo("{\"näme\": 1}");
            assertThat(copy.header("Idempotency-Key")).startsWith("mirror-").hasSizeLessThan(128);
        });
        var keys = shadow.requests.stream()
                .map(each -> each.header("Idempotency-Key"))
                .toList();
        assertThat(keys.get(0)).isEqualTo(keys.get(1)).isNotEqualTo(keys.get(2));
        assertThat(keys.get(3)).isNotEqualTo(keys.get(2));
    }

    @Test
    void copiesNoWriteToWhoDoesItWhateverThatIsCalled() {
        isFromOne(gateway.post(SAME, "{}", "Idempotency-Key", "k"));

        assertThat(about("transactions").path("dropped").asInt()).isPositive();
        awaitNoneInFlight("transactions");
        assertThat(one.requests).hasSize(1);
    }

    @Test
    void copiesAShareToASubsetOfTheSameService() {
        var answers = Load.of(400, 8, _ -> gateway.get(HALF));

        assertThat(answers).allSatisfy(MirrorTests::isFromOne);
        assertThat(one.requests).hasSize(400);
        awaitNoneInFlight("customers");
        // Five standard deviations around a half of them.
        assertThat(two.requests.size() + about("customers").path("dropped").asInt())
                .isBetween(150, 250);
        assertThat(two.requests)
                .isNotEmpty()
                .allSatisfy(copy -> assertThat(copy.header("X-Covenant-Mirror")).isEqualTo("1"));
    }

    @Test
    void letsNobodyFromOutsideSayThatTheirsIsACopy() {
        gateway.get(ALONE, "X-Covenant-Mirror", "1");
        gateway.get(ALONE, "X_Covenant_Mirror", "1");

        assertThat(one.requests)
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.head()).doesNotContainIgnoringCase("mirror"));
    }

    @Test
    void keepsTheMarkThoughTheClientCallsItHopByHop() {
        var answer = gateway.raw(
                "GET /api/v1/orders HTTP/1.1\nHost: x\nConnection: close, X-Covenant-Mirror, Idempotency-Key\nIdempotency-Key: k\n\n");

        assertThat(answer.status()).isEqualTo(200);
        await().until(() -> shadow.requests.size() == 1);
        assertThat(shadow.requests.getFirst().header("X-Covenant-Mirror")).isEqualTo("1");
        assertThat(shadow.requests.getFirst().header("Idempotency-Key")).doesNotMatch("k");
    }

    @Test
    void neitherWaitsForACopyNorSendsMoreThanAllowed() {
        var go = new CountDownLatch(1);
        shadow.behaving((_, connection) -> {
            go.await();
            connection.answer("{}");
        });
        double late = counted("copies_seconds_count", "outcome", "late");
        double full = counted("dropped_total", "reason", "full");
        try {
            for (int i = 0; i < 20; i++) {
                isFromOne(gateway.get(COPIED, "X-Deadline-Millis", "7500"));
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(counted("copies_seconds_count", "outcome", "late"))
                            .isGreaterThanOrEqualTo(late + 4));
            assertThat(counted("dropped_total", "reason", "full")).isGreaterThan(full);
            awaitNoneInFlight("orders");
        } finally {
            go.countDown();
        }
        shadow.reset();
        isFromOne(gateway.get(COPIED));
        await().until(() -> shadow.requests.size() == 1);
    }

    @Test
    void neverHasMoreInFlightThanAllowed() {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        shadow.behaving((_, connection) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.sleep(20);
            now.decrementAndGet();
            connection.answer("{}");
        });

        assertThat(Load.of(300, 16, _ -> gateway.get(COPIED))).allSatisfy(MirrorTests::isFromOne);

        awaitNoneInFlight("orders");
        assertThat(most.get()).isBetween(1, 4);
        assertThat(one.requests).hasSize(300);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 500 Internal Server Error\\nContent-Length: 0\\n\\n",
        "HTTP/1.1 503 Service Unavailable\\nRetry-After: 1\\nContent-Length: 0\\n\\n",
        "HTTP/1.1 302 Found\\nLocation: /elsewhere\\nContent-Length: 0\\n\\n",
        "HTTP/1.1 200 OK\\nContent-Length: 100\\n\\nhalf",
        "HTTP/1.1 200 OK\\nTransfer-Encoding: chunked\\n\\n5\\nhello\\nnonsense",
        "nonsense\\n\\n",
        "HTTP/1.1 101 Switching Protocols\\n\\n",
        "''",
    })
    void asksOnceAndFailsNobodyWhateverTheAnswer(String answer) {
        var resets = new AtomicInteger();
        shadow.behaving((_, connection) -> {
            connection.say(answer.replace("\\n", "\n"));
            connection.reset();
            resets.incrementAndGet();
        });

        for (int i = 1; i <= 5; i++) {
            int copies = i;
            isFromOne(gateway.get(COPIED));
            await().until(() -> resets.get() == copies); // or the next copy meets a connection that is just being reset
            awaitNoneInFlight("orders");
        }

        assertThat(shadow.requests).hasSize(5);
        assertThat(gateway.service("shadow").view().instances())
                .allSatisfy(each -> assertThat(each.ejections()).isZero());
    }

    @Test
    void failsNobodyWhereNobodyTakesTheCopies() {
        double failed = counted("copies_seconds_count", "outcome", "failed");
        shadow.kill();

        assertThat(Load.of(20, 2, _ -> gateway.get(COPIED))).allSatisfy(MirrorTests::isFromOne);

        awaitNoneInFlight("orders");
        assertThat(counted("copies_seconds_count", "outcome", "failed")).isGreaterThan(failed);
    }

    @Test
    void sendsNoCopyToAnInstanceThatIsDrained() {
        double nobody = counted("dropped_total", "reason", "nobody");
        drain("[\"shadow-1\"]");
        try {
            isFromOne(gateway.get(COPIED));

            assertThat(counted("dropped_total", "reason", "nobody")).isEqualTo(nobody + 1);
            assertThat(shadow.requests).isEmpty();
        } finally {
            drain("[]");
        }
    }

    private void drain(String drained) {
        var path = "/admin/clusters/shadow?force=true";
        var settings = "{\"policy\":\"random\",\"drained\":" + drained + "}";
        assertThat(gateway.operate("PUT", path, settings, "If-Match", "*", "X-Operator", "olga")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void readsLongAnswersToTheirEndAndUsesTheConnectionAgain() {
        shadow.behaving((_, connection) -> connection.answer("x".repeat(300_000)));
        int before = shadow.connections();
        for (int i = 0; i < 40; i++) {
            isFromOne(gateway.get(COPIED));
            awaitNoneInFlight("orders");
        }

        assertThat(shadow.requests).hasSize(40);
        assertThat(shadow.connections() - before).as("one for each event loop").isLessThan(40);
    }

    @Test
    void finishesTheCopyOfAClientThatLeaves() throws Exception {
        one.behaving((_, _) -> Thread.sleep(60_000));
        for (int i = 0; i < 3; i++) {
            int seen = shadow.requests.size() + 1;
            try (var socket = gateway.connect()) {
                socket.getOutputStream()
                        .write("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
                                .getBytes(StandardCharsets.US_ASCII));
                await().until(() -> shadow.requests.size() == seen && one.requests.size() == seen);
            }
        }
        awaitNoneInFlight("orders");
        assertThat(shadow.requests).allSatisfy(copy -> assertThat(copy.body()).isEqualTo("{}"));
    }

    @Test
    void showsOperatorsWhatItDoes() {
        isFromOne(gateway.get(COPIED));
        awaitNoneInFlight("orders");

        var about = about("orders");
        assertThat(about.path("service").asString()).isEqualTo("shadow");
        assertThat(about.path("percent").asDouble()).isEqualTo(100);
        assertThat(about.path("methods").values())
                .extracting(JsonNode::asString)
                .containsExactly("GET", "POST");
        assertThat(about.path("answered").asInt()).isPositive();
        assertThat(about("customers").path("subset").path("version").asString()).isEqualTo("2");
        assertThat(counted("copies_seconds_count", "outcome", "2xx")).isPositive();
        assertThat(counted("in_flight", "route", "orders")).isZero();
    }

    @Test
    void isNotInTheWayOfRoutesThatHaveNone() {
        var routes = Objects.requireNonNull(gateway.part(RouteLocator.class)
                .getRoutes()
                .collectMap(
                        route -> route.getId(),
                        route -> route.getFilters().stream()
                                .anyMatch(each -> String.valueOf(each).contains(MirrorFilter.class.getSimpleName())))
                .block());

        assertThat(routes).containsEntry("orders", true).containsEntry("stock", false);
    }

    @ParameterizedTest
    @CsvSource({
        "routes.payments.service=shadow, there is no such route",
        "routes.stock.percent=5, needs a service of its own",
        "routes.stock.service=inventory, needs a service of its own",
        "routes.stock.subset.version=2;covenant.gateway.mirror.routes.stock.methods=POST, done twice",
    })
    void refusesToStartWithAMirrorThatCannotBe(String setting, String why) {
        var settings = ("covenant.gateway.mirror." + setting).split(";", -1);

        assertThatThrownBy(() -> RunningGateway.with(settings)).rootCause().hasMessageContaining(why);
    }

    private static void make(double percent, String method, int most, @Nullable Duration timeout) {
        var _ = new Rule(
                "shadow", Map.of(), percent, Set.of(method), most, timeout == null ? Duration.ofSeconds(1) : timeout);
    }

    @Test
    void refusesWhatCannotBe() {
        make(0, "PATCH", 1, null);
        assertThatIllegalArgumentException().isThrownBy(() -> make(100.1, "GET", 1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(-1, "GET", 1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(Double.NaN, "GET", 1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(1, "get", 1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(1, "TRACE", 1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(1, "GET", 0, null));
        assertThatIllegalArgumentException().isThrownBy(() -> make(1, "GET", 1, Duration.ZERO));
    }
}
