package io.covenant.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.balancing.ClusterSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// A thousand changes of the policy while eight clients read without a pause.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(420)
@SuppressWarnings("NullAway.Init")
class PolicySwitchTests {

    private static final String ORDERS = "/admin/clusters/orders";
    private static final String PATH = "/api/v1/orders";
    private static final int SWITCHES = 1_000;
    private static final int CLIENTS = 8;
    private static final List<String> POLICIES =
            List.of("round-robin", "weighted", "random", "least-loaded", "peak-ewma", "hash");

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private final Backend three = new Backend("three");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=%s,%s,%s".formatted(one.address(), two.address(), three.address()),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.slow-start=0s");
        Load.of(500, CLIENTS, _ -> gateway.get(PATH)); // the first requests of a JVM take long
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
        three.close();
    }

    @BeforeEach
    void begin() {
        for (var each : List.of(one, two, three)) {
            each.reset();
        }
    }

    /// Changes at least so often, and until as many requests were answered, all of them well.
    ///
    /// @return how often it changed
    private int whileClientsRead(int switches, int requests, IntConsumer change) throws Exception {
        var made = new AtomicInteger();
        var answered = new AtomicInteger();
        var done = new AtomicBoolean();
        // Not virtual ones, of which one that never waits keeps a processor to itself.
        try (var threads = Executors.newCachedThreadPool()) {
            var running = new ArrayList<Future<?>>();
            for (int client = 0; client < CLIENTS; client++) {
                var customer = "customer-" + client;
                running.add(threads.submit(() -> {
                    try {
                        while (!done.get()) {
                            assertThat(gateway.get(PATH, "X-Customer", customer).status())
                                    .isEqualTo(200);
                            answered.incrementAndGet();
                        }
                    } finally {
                        done.set(true);
                    }
                }));
            }
            running.add(threads.submit(() -> {
                try {
                    while (!done.get() && (made.get() < switches || answered.get() < requests)) {
                        change.accept(made.getAndIncrement());
                    }
                } finally {
                    done.set(true);
                }
            }));
            for (var each : running) {
                each.get(400, TimeUnit.SECONDS);
            }
        }
        return made.get();
    }

    private long put(String settings) {
        var answer = gateway.operate("PUT", ORDERS, settings, "If-Match", "*", "X-Operator", "olga");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("version").asLong();
    }

    private static String settings(int number) {
        return "{\"policy\":\"%s\",\"hashKey\":\"header:X-Customer\",\"weights\":{\"orders-1\":%d,\"orders-2\":%d}}"
                .formatted(POLICIES.get(number % POLICIES.size()), number % 5, 1 + number % 3);
    }

    private void isAsIfNothingHadBeen() {
        await().untilAsserted(() ->
                assertThat(gateway.service("orders").view().inFlight()).isZero());
        put("{\"policy\":\"weighted\",\"weights\":{\"orders-1\":3,\"orders-2\":1,\"orders-3\":0}}");
        begin();
        assertThat(Load.of(1_000, CLIENTS, _ -> gateway.get(PATH))).allMatch(answer -> answer.status() == 200);
        assertThat(one.requests).hasSize(750);
        assertThat(two.requests).hasSize(250);
        assertThat(three.requests).isEmpty();

        // A request that is still being counted must not be one too many for its instance.
        put("{\"policy\":\"hash\",\"hashKey\":\"header:X-Customer\",\"bound\":100}");
        var places = new HashMap<Integer, String>();
        for (int i = 0; i < 200; i++) {
            var from = gateway.get(PATH, "X-Customer", "c-" + i % 50).text();
            assertThat(places.merge(i % 50, from, (before, _) -> before)).isEqualTo(from);
        }
        assertThat(Set.copyOf(places.values())).hasSize(3);
    }

    @Test
    void losesNoRequestWhileOperatorsChangeThePolicyAThousandTimes() throws Exception {
        long first = put(settings(0));

        int made = whileClientsRead(SWITCHES, SWITCHES, number -> put(settings(number)));

        assertThat(put(settings(0))).isEqualTo(first + made + 1);
        isAsIfNothingHadBeen();
    }

    /// As fast as the processor goes, which is more than any API takes.
    @Test
    void losesNoRequestWhileTheServiceItselfChangesAsFastAsItCan() throws Exception {
        var service = gateway.service("orders");
        var versions = new AtomicInteger(1_000_000);

        whileClientsRead(
                20 * SWITCHES,
                SWITCHES,
                number -> assertThat(service.follow(
                                ClusterSettings.of(
                                        POLICIES.get(number % POLICIES.size()),
                                        "header:X-Customer",
                                        null,
                                        Map.of("orders-1", number % 5),
                                        Set.of()),
                                versions.incrementAndGet()))
                        .isTrue());

        isAsIfNothingHadBeen();
    }
}
