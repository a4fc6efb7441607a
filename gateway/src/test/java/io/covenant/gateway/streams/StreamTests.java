package io.covenant.gateway.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.ScriptedServer.Connection;
import io.covenant.testing.ScriptedServer.Script;
import io.covenant.testing.TestIssuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Streams of events through a gateway that gives a request five seconds, and a stream eight seconds of silence.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class StreamTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final String TOKEN = ISSUER.token("stock:read");
    private static final String PATH = "/api/v1/stock/events";

    private final Backend inventory = new Backend("inventory");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.inventory=" + inventory.address(),
                "covenant.gateway.timeout=5s",
                "covenant.gateway.streams.idle=8s",
                "covenant.gateway.balancing.silence=0s");
        // The first requests of a JVM take long.
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(gateway.get(PATH, "Authorization", "Bearer " + TOKEN)
                                .status())
                        .isEqualTo(200));
    }

    @AfterAll
    void stop() {
        gateway.close();
        inventory.close();
    }

    @BeforeEach
    void begin() {
        inventory.reset();
        await().until(() -> inFlight() == 0);
    }

    private int inFlight() {
        return gateway.service("inventory").view().inFlight();
    }

    private double failures() {
        return gateway.service("inventory").view().instances().getFirst().failures();
    }

    private static void open(Connection connection) throws IOException {
        connection.say(
                "HTTP/1.1 200 OK\nContent-Type: text/event-stream;charset=UTF-8\nTransfer-Encoding: chunked\n\n");
    }

    private static void event(Connection connection, String data) throws IOException {
        connection.say(Integer.toHexString(data.length() + 8) + "\ndata: " + data + "\n\n");
    }

    /// @param pause between events, in milliseconds
    private static Script events(int number, int pause) {
        return (_, connection) -> {
            open(connection);
            for (int i = 1; i <= number; i++) {
                event(connection, "event-" + i);
                Thread.sleep(pause);
            }
            connection.say("0\n\n");
        };
    }

    /// A client that reads lines.
    private final class Listener implements AutoCloseable {

        private final java.net.Socket socket = gateway.connect();
        private final BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));

        Listener(String token) throws IOException {
            var request = "GET " + PATH + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                    + token + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }

        /// Reads up to the line that contains this.
        void hears(String text) throws IOException {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(text)) {
                    return;
                }
            }
            throw new AssertionError("the stream ended without " + text);
        }

        /// Reads to the end.
        List<String> rest() {
            return lines.lines().toList();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void goesOnBeyondTheDeadlineOfItsHead() {
        inventory.behaving(events(10, 700));

        var answer = gateway.get(PATH, "Authorization", "Bearer " + TOKEN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.text()).startsWith("data: event-1").contains("data: event-10");
    }

    @Test
    void passesTheHeadAndEachEventAtOnce() throws IOException {
        var heard = new CountDownLatch[] {new CountDownLatch(1), new CountDownLatch(1)};
        inventory.behaving((_, connection) -> {
            open(connection);
            heard[0].await();
            event(connection, "one");
            heard[1].await();
            event(connection, "two");
            connection.say("0\n\n");
        });

        try (var listener = new Listener(TOKEN)) {
            listener.hears("text/event-stream");
            heard[0].countDown();
            listener.hears("data: one");
            heard[1].countDown();
            listener.hears("data: two");
        }
    }

    @Test
    void mustStillBeginBeforeTheDeadline() {
        inventory.behaving((_, connection) -> {
            Thread.sleep(60_000);
            open(connection);
        });

        gateway.get(PATH, "Authorization", "Bearer " + TOKEN).isProblem(504, "upstream-timeout");
    }

    @Test
    void isInFlightUntilItsClientLeaves() throws IOException {
        inventory.behaving(events(1_000, 100));
        double failures;

        try (var listener = new Listener(TOKEN)) {
            listener.hears("event-15");
            assertThat(inFlight()).isEqualTo(1);
            failures = failures();
            assertThat(gateway.operate("GET", "/actuator/prometheus", "").text())
                    .contains("covenant_gateway_streams 1.0");
        }

        await().until(() -> inFlight() == 0);
        await().untilAsserted(() -> assertThat(
                        gateway.operate("GET", "/actuator/prometheus", "").text())
                .contains("covenant_gateway_streams 0.0"));
        assertThat(failures()).isLessThanOrEqualTo(failures);
    }

    @Test
    void endsWhenItIsSilentForTooLong() throws IOException {
        inventory.behaving((_, connection) -> {
            open(connection);
            event(connection, "one");
            Thread.sleep(60_000);
        });

        try (var listener = new Listener(TOKEN)) {
            listener.hears("one");
            assertThat(listener.rest()).as("until it is broken off").doesNotContain("0");
        }
        await().until(() -> inFlight() == 0);
    }

    @Test
    void endsWithItsToken() throws IOException {
        inventory.behaving(events(1_000, 100));
        var token = ISSUER.token(claims -> claims.claim("scope", "stock:read")
                .expirationTime(Date.from(Instant.now().plusSeconds(10))));

        try (var listener = new Listener(token)) {
            listener.hears("event-2");
            assertThat(listener.rest()).hasSizeLessThan(500);
        }
        await().until(() -> inFlight() == 0);
    }

    @Test
    void endsWhenTheGatewayStops() throws IOException {
        inventory.behaving(events(1_000, 100));

        try (var listener = new Listener(TOKEN)) {
            listener.hears("event-2");
            gateway.part(Streams.class).stop();
            try {
                assertThat(listener.rest()).hasSizeLessThan(500);
                await().until(() -> inFlight() == 0);
            } finally {
                gateway.part(Streams.class).start();
            }
        }
    }

    @Test
    void isNoExcuseForAnyOtherAnswer() {
        inventory.behaving((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 1000\n\n");
            for (int i = 0; i < 400; i++) {
                connection.say("x");
                Thread.sleep(100);
            }
        });

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> gateway.sendOrFail(gateway.request(PATH, "Authorization", "Bearer " + TOKEN)
                        .GET()
                        .build()));
    }
}
