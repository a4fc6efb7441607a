package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.GatewayOperators;
import io.covenant.launcher.client.GatewayOperators.How;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The gateway is changed while it works, and works while those behind it come and go.
@WithPlatform
class GatewaySystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOP_TAKES_AT_MOST = Duration.ofSeconds(30);
    private static final How NOW = new How(false, false);
    private static final List<String> READS =
            List.of("/api/v1/orders/019a0000-0000-7000-8000-000000000000", "/api/v1/stock/none");

    @AfterEach
    void leaveThingsAsTheyWere(PlatformUnderTest platform) throws Exception {
        try (var operators = operators(platform)) {
            operators.change(
                    "orders", settings -> settings.put("policy", "least-loaded").putObject("weights"), NOW);
        }
    }

    private static GatewayOperators operators(PlatformUnderTest platform) {
        return new GatewayOperators(
                platform.platform().gatewayForOperators(),
                "system-tests",
                platform.platform().token(Persona.OPERATOR));
    }

    @Test
    void sharesTheNextThousandRequestsByTheWeightsThatAnOperatorSets(PlatformUnderTest platform) throws Exception {
        try (var operators = operators(platform);
                var gateway = platform.gateway()) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                var _ = gateway.get(READS.getFirst()); // one that is on trial waits for a request
                var state = operators.state("orders");
                assertThat(states(state)).containsOnly("AVAILABLE");
                assertThat(warmths(state)).containsOnly(100); // one that came back grows into its weight
            });
            operators.change("orders", settings -> settings.put("policy", "weighted"), NOW);
            operators.change(
                    "orders", settings -> settings.withObject("/weights").put("orders-1", 3), NOW);

            for (int i = 0; i < 1_000; i++) {
                assertThat(gateway.get(READS.getFirst()).status()).isEqualTo(404);
            }

            var state = operators.state("orders");
            assertThat(state.at("/instances/0/sinceChange").asInt()).isBetween(749, 751);
            assertThat(state.at("/instances/1/sinceChange").asInt()).isBetween(249, 251);
            assertThat(operators.cluster("orders").at("/store/kind").asString(""))
                    .isEqualTo("postgresql");
        }
    }

    @Test
    void losesNoReadWhilePoliciesChange(PlatformUnderTest platform) throws Exception {
        try (var operators = operators(platform);
                var load = new Reads(platform)) {
            for (var policy : List.of("weighted", "random", "round-robin", "least-loaded", "peak-ewma", "hash")) {
                operators.change(
                        "orders",
                        settings -> settings.put("policy", policy).put("hashKey", "header:X-Request-Id"),
                        NOW);
                int before = load.done.get();
                await().atMost(Duration.ofSeconds(60)).until(() -> load.done.get() > before + 200);
                assertThat(operators.state("orders").at("/policy").asString("")).isEqualTo(policy);
            }
            assertThat(load.end()).isEmpty();
            assertThat(load.refused).hasValue(0);
        }
    }

    @Test
    void losesNoReadWhileInstancesAreKilledAndPaused(PlatformUnderTest platform) throws Exception {
        try (var load = new Reads(platform)) {
            load.awaitMore(200);
            platform.node("orders-1").kill();
            load.awaitMore(500);
            platform.start("orders-1", Map.of());
            load.awaitMore(200);
            platform.node("inventory-1").pause();
            load.awaitMore(500);
            platform.node("inventory-1").resume();
            load.awaitMore(200);

            assertThat(load.end()).isEmpty();
            assertThat(load.refused).hasValue(0);
        }
    }

    @Test
    void losesNoReadAndNoOrderWhileServicesAreRestartedOneAfterTheOther(PlatformUnderTest platform) throws Exception {
        var orders = platform.load(LoadPlan.of(200).withConcurrency(2));
        try (var load = new Reads(platform)) {
            for (var name : List.of("orders-1", "orders-2", "inventory-1")) {
                load.awaitMore(100);
                platform.node(name).stop(STOP_TAKES_AT_MOST);
                load.awaitMore(200);
                platform.start(name, Map.of());
            }
            assertThat(load.end()).isEmpty();
            assertThat(load.refused).hasValue(0);
        }
        assertRight(orders.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertInvariants(platform);
    }

    /// Who asks meanwhile finds nobody, which says that nothing was done; or his connection, kept open since an earlier
    /// request, is closed as he writes to it, and the gateway has never read what he wrote.
    @Test
    void answersAllThatItTookWhenItIsRestarted(PlatformUnderTest platform) throws Exception {
        try (var load = new Reads(platform)) {
            load.awaitMore(200);

            platform.node("gateway").stop(STOP_TAKES_AT_MOST);
            var life = Files.readString(platform.node("gateway").log().file());
            platform.start("gateway", Map.of());
            load.awaitMore(200);

            load.stop();
            assertThat(load.failures).isEmpty();
            assertThat(load.refused).hasPositiveValue();
            assertThat(life).contains("Graceful shutdown complete").contains(load.answered.getFirst());
            assertThat(load.unanswered)
                    .allSatisfy((path, why) -> assertThat(life).as(why).doesNotContain(path));
        }
    }

    private static List<String> states(JsonNode state) {
        return state.path("instances")
                .valueStream()
                .map(instance -> instance.path("state").asString(""))
                .toList();
    }

    private static List<Integer> warmths(JsonNode state) {
        return state.path("instances")
                .valueStream()
                .map(instance -> instance.path("warmth").asInt())
                .toList();
    }

    /// Asks for what there is not, which is answered by 404: whatever else comes is told.
    private static final class Reads implements AutoCloseable {

        private static final Duration BEFORE_NEXT = Duration.ofMillis(20);

        /// Some hundreds are under way each second, and processes that start meanwhile get processors.
        private static final Duration BETWEEN = Duration.ofMillis(5);

        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger done = new AtomicInteger();
        /// Found nobody who listens.
        private final AtomicInteger refused = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

        /// Asked for on a connection that ended before the answer did, and how.
        private final Map<String, String> unanswered = new ConcurrentHashMap<>();

        private final List<String> answered = new CopyOnWriteArrayList<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Gateway gateway;

        Reads(PlatformUnderTest platform) {
            gateway = platform.gateway();
            for (int i = 0; i < 8; i++) {
                threads.execute(this::read);
            }
        }

        private void read() {
            while (!over.get()) {
                for (var prefix : List.of("/api/v1/orders/", "/api/v1/stock/s-")) {
                    var path = prefix + UUID.randomUUID();
                    try {
                        var answer = gateway.get(path);
                        if (answer.status() != 404) {
                            failures.add(path + ": " + answer);
                        } else if (answered.isEmpty()) {
                            answered.add(path);
                        }
                        done.incrementAndGet();
                        LockSupport.parkNanos(BETWEEN.toNanos());
                    } catch (ConnectException e) {
                        refused.incrementAndGet();
                        LockSupport.parkNanos(BEFORE_NEXT.toNanos());
                    } catch (IOException e) {
                        unanswered.put(path, e.toString());
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }
        }

        void awaitMore(int more) {
            int before = done.get();
            await().atMost(Duration.ofSeconds(60)).until(() -> done.get() >= before + more);
        }

        /// What went wrong, where nothing may.
        List<String> end() {
            stop();
            return Stream.concat(
                            failures.stream(), unanswered.entrySet().stream().map(Map.Entry::toString))
                    .toList();
        }

        void stop() {
            over.set(true);
            threads.close();
        }

        @Override
        public void close() {
            over.set(true);
            threads.shutdownNow();
            gateway.close();
        }
    }
}
