package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When no instance is of any use: a gateway of its own for each test, as retries are a budget of the last ten seconds.
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class TotalFailureTests {

    private static final String ORDERS = "/api/v1/orders";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private final Backend three = new Backend("three");
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.with("covenant.services.orders="
                + Stream.of(one, two, three).map(Backend::address).collect(Collectors.joining(",")));
    }

    @AfterEach
    void stop() {
        gateway.close();
        one.close();
        two.close();
        three.close();
    }

    private int asked() {
        return one.requests.size() + two.requests.size() + three.requests.size();
    }

    private void nothingIsInFlight() {
        await().untilAsserted(() ->
                assertThat(gateway.service("orders").view().inFlight()).isZero());
    }

    @Test
    void saysThatNobodyIsThereWhenAllAreDown() {
        one.kill();
        two.kill();
        three.kill();

        for (var answer : Load.of(100, 8, _ -> gateway.get(ORDERS))) {
            answer.isProblem(503, "no-instance-available");
        }
        nothingIsInFlight();
    }

    @Test
    void asksAtMostAFifthMoreWhenEverythingFails() {
        for (var backend : List.of(one, two, three)) {
            backend.behaving((_, connection) -> connection.say("HTTP/1.1 503 No\nContent-Length: 0\n\n"));
        }

        long began = System.nanoTime();
        var answers = Load.of(2_000, 16, _ -> gateway.get(ORDERS));
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;

        assertThat(answers).allMatch(answer -> answer.status() == 503);
        // A fifth, or ten in a second, of every ten seconds: on a slow machine there are several.
        assertThat(asked()).isBetween(2_000, (int) (2_400 + (seconds < 9 ? 0 : 10 * (10 + seconds))));
        nothingIsInFlight();
    }

    @Test
    void turnsAwayWhatIsTooMuchAndGoesOnAfterwards() throws Exception {
        var small = RunningGateway.with(
                "covenant.services.orders=" + one.address(),
                "covenant.gateway.balancing.services.orders.most-in-flight=4");
        var end = new CountDownLatch(1);
        one.behaving((_, connection) -> {
            end.await();
            connection.answer("{}");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var taken = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> small.get(ORDERS).status()))
                    .toList();
            await().until(() -> one.requests.size() == 4);

            small.get(ORDERS).isProblem(503, "too-many-requests-in-flight");
            small.post(ORDERS, "{}").isProblem(503, "too-many-requests-in-flight");

            end.countDown();
            for (var each : taken) {
                assertThat(each.get()).isEqualTo(200);
            }
        }
        one.reset();
        for (int i = 0; i < 20; i++) {
            assertThat(small.get(ORDERS).status()).isEqualTo(200);
        }
        small.close();
    }
}
