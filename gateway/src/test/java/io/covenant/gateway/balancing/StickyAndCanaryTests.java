package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.gateway.balancing.BalancingProperties.Canary;
import io.covenant.gateway.balancing.BalancingProperties.RouteRules;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Orders are sticky; customers are those of version 1, and a fifth of them the canary's.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class StickyAndCanaryTests {

    private static final String STICKY = "/api/v1/orders";
    private static final String SPLIT = "/api/v1/customers";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=%s#id=one&version=1,%s#id=two&version=2"
                        .formatted(one.address(), two.address()),
                "covenant.gateway.balancing.policy=random",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.routes.orders.sticky=instance",
                "covenant.gateway.balancing.routes.customers.subset.version=1",
                "covenant.gateway.balancing.routes.customers.hash-key=header:X-Customer",
                "covenant.gateway.balancing.routes.customers.canary.subset.version=2",
                "covenant.gateway.balancing.routes.customers.canary.percent=20",
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
        one.reset();
        two.reset();
        assertThat(operate("{\"policy\":\"random\"}").status()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(gateway.service("orders").view().instances())
                .allMatch(each -> each.state().name().matches("AVAILABLE|WARMING")));
    }

    private Answer operate(String settings) {
        return gateway.operate("PUT", "/admin/clusters/orders", settings, "If-Match", "*", "X-Operator", "olga");
    }

    private static String from(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("from").asString();
    }

    private static String cookie(Answer answer) {
        return answer.header("Set-Cookie").split(";", 2)[0];
    }

    private Answer stuck(String cookie) {
        return gateway.get(STICKY, "Cookie", cookie);
    }

    @Test
    void keepsAClientAtItsInstance() {
        var first = gateway.get(STICKY);

        assertThat(first.header("Set-Cookie"))
                .startsWith("instance=")
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Lax", "Path=/");
        for (int i = 0; i < 20; i++) {
            var again = stuck(cookie(first));
            assertThat(from(again)).isEqualTo(from(first));
            assertThat(again.header("Set-Cookie")).as("it has one").isEmpty();
        }
        assertThat(gateway.get(SPLIT).header("Set-Cookie")).as("another route").isEmpty();
    }

    @Test
    void givesAClientWhoseInstanceIsDrainedOrGoneAnotherOne() {
        var atOne = cookieAt("one");

        operate("{\"policy\":\"random\",\"drained\":[\"one\"]}");
        var moved = stuck(atOne);
        assertThat(from(moved)).isEqualTo("two");
        operate("{\"policy\":\"random\"}");
        two.kill();

        assertThat(from(stuck(cookie(moved)))).isEqualTo("one");
    }

    private String cookieAt(String backend) {
        return IntStream.range(0, 100)
                .mapToObj(_ -> gateway.get(STICKY))
                .filter(answer -> from(answer).equals(backend))
                .map(StickyAndCanaryTests::cookie)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void believesNoCookieThatItDidNotWrite() {
        var real = cookieAt("one");
        var seal = CookieSeal.of("");

        for (var forged : List.of(
                "instance=one",
                "instance=b25l.",
                "instance=%.%",
                real + "x",
                real.replace("b25l", "dHdv"),
                "instance=" + seal.sealed("orders", "one"))) {
            assertThat(stuck(forged).header("Set-Cookie")).as(forged).startsWith("instance=");
        }
        assertThat(seal.opened("orders", seal.sealed("orders", "one"))).isEqualTo("one");
        assertThat(seal.opened("inventory", seal.sealed("orders", "one"))).isNull();
        assertThat(CookieSeal.of("same").opened("orders", CookieSeal.of("same").sealed("orders", "one")))
                .as("another gateway with the same secret")
                .isEqualTo("one");
    }

    @Test
    void sendsAFifthToTheCanaryAndEachKeyAlwaysTheSameWay() {
        var answers = Load.of(1_000, 8, number -> gateway.get(SPLIT, "X-Customer", "customer-" + number % 500));

        for (int i = 0; i < 500; i++) {
            assertThat(from(answers.get(i))).isEqualTo(from(answers.get(i + 500)));
        }
        assertThat(two.requests).hasSizeBetween(120, 280);
        assertThat(one.requests).hasSize(1_000 - two.requests.size());
    }

    @Test
    void obeysARequestThatSaysWhetherItIsTheCanarys() {
        for (int i = 0; i < 20; i++) {
            assertThat(from(gateway.get(SPLIT, "X-Canary", "always"))).isEqualTo("two");
            assertThat(from(gateway.get(SPLIT, "X-Canary", "never"))).isEqualTo("one");
        }
    }

    @Test
    void asksTheOthersWhereNobodyOfTheCanaryIsLeft() {
        operate("{\"policy\":\"random\",\"drained\":[\"two\"]}");

        assertThat(from(gateway.get(SPLIT, "X-Canary", "always"))).isEqualTo("one");
    }

    @Test
    void showsBothToOperators() {
        var routes = gateway.operate("GET", "/admin/routes", "").text();

        assertThat(routes)
                .contains("\"sticky\":\"instance\"")
                .contains(
                        "\"canary\":{\"subset\":{\"version\":\"2\"},\"percent\":20.0,\"header\":\"X-Canary\",\"instances\":[\"two\"]}");
    }

    private static void make(Map<String, String> subset, @Nullable String sticky, @Nullable Canary canary) {
        var _ = new RouteRules(null, null, null, subset, null, sticky, canary);
    }

    @Test
    void refusesWhatCannotBe() {
        var two = Map.of("version", "2");
        assertThatIllegalArgumentException().isThrownBy(() -> new Canary(two, 101, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Canary(two, Double.NaN, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Canary(Map.of(), 1, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> make(Map.of(), null, new Canary(two, 1, "")));
        assertThatIllegalArgumentException().isThrownBy(() -> make(two, null, new Canary(two, 1, "")));
        assertThatIllegalArgumentException().isThrownBy(() -> make(Map.of(), "a cookie;", null));
    }
}
