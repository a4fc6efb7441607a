package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.ScriptedServer.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// A thousand clients that go away, each at a moment of its own: in its head, in its body, while nothing was answered
/// yet, in the answer. Nothing of them stays: neither a count, nor a connection, nor a buffer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class CancelStormTests {

    private static final int CLIENTS = 1_000;

    /// Answers late, and goes on for long.
    private static final Script SLOW = (_, connection) -> {
        Thread.sleep(20);
        connection.say("HTTP/1.1 200 OK\nContent-Type: text/plain\nTransfer-Encoding: chunked\n\n");
        for (int i = 0; i < 20; i++) {
            connection.say("400\n" + "x".repeat(1_024) + "\n");
            Thread.sleep(10);
        }
        connection.say("0\n\n");
    };

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.gateway.bulkhead.limits.orders=100000",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.max-idle=1s");
    }

    @AfterAll
    void stop() {
        gateway.close(); // which looks for buffers that nobody gave back
        one.close();
        two.close();
    }

    @Test
    void leavesNothingBehind() throws InterruptedException {
        one.behaving(SLOW);
        two.behaving(SLOW);
        var answered = new AtomicInteger();
        var some = new Semaphore(64);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int number = 0; number < CLIENTS; number++) {
                int mine = number;
                some.acquire();
                var _ = clients.submit(() -> {
                    try {
                        answered.addAndGet(goAway(mine) ? 1 : 0);
                    } finally {
                        some.release();
                    }
                    return true;
                });
            }
        }

        assertThat(one.requests.size() + two.requests.size())
                .as("requests that reached an instance")
                .isGreaterThan(CLIENTS / 4);
        assertThat(answered.get()).as("clients that saw an answer begin").isGreaterThan(CLIENTS / 20);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(gateway.service("orders").view().inFlight()).isZero();
            assertThat(gateway.operate("GET", "/actuator/prometheus", "").text())
                    .contains("covenant_gateway_in_flight 1.0") // this one
                    .contains("resilience4j_bulkhead_available_concurrent_calls{name=\"orders\"} 100000.0");
        });
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(one.open() + two.open())
                        .as("connections, when those that rest are closed")
                        .isZero());
        assertThat(gateway.service("orders").view().instances())
                .as("nobody is blamed for what clients do")
                .allMatch(each -> each.state().name().matches("AVAILABLE|WARMING") && each.ejections() == 0);
        one.reset();
        two.reset();
        assertThat(gateway.get("/api/v1/orders").status()).isEqualTo(200);
    }

    /// @return whether an answer had begun
    private boolean goAway(int number) throws IOException, InterruptedException {
        var random = new Random(number);
        var body = "x".repeat(20_000);
        var head = "%s /api/v1/orders HTTP/1.1\r\nHost: x\r\n".formatted(number % 2 == 0 ? "GET" : "POST");
        var whole = number % 2 == 0 ? head + "\r\n" : head + "Content-Length: 20000\r\n\r\n" + body;
        try (var socket = gateway.connect()) {
            if (number % 3 == 0) {
                socket.setSoLinger(true, 0); // a reset, not an end
            }
            var bytes = whole.getBytes(StandardCharsets.US_ASCII);
            int sent = number % 5 == 0 ? random.nextInt(bytes.length) : bytes.length;
            socket.getOutputStream().write(bytes, 0, sent);
            socket.getOutputStream().flush();
            if (number % 5 == 4 && sent == bytes.length) {
                socket.getInputStream().readNBytes(1 + random.nextInt(5_000));
                return true;
            }
            Thread.sleep(random.nextInt(60));
            return false;
        }
    }
}
