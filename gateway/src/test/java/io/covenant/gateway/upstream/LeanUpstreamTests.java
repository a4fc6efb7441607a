package io.covenant.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.ScriptedServer;
import io.covenant.testing.ScriptedServer.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/// What cannot be seen from one request and its answer: how connections are used, and how much is kept in between.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class LeanUpstreamTests {

    private static final String ORDERS = "/api/v1/orders";
    private static final Script FINE = (_, connection) -> connection.answer("{}");
    private static final int MOST = 3;

    private final ScriptedServer instance = new ScriptedServer(FINE);
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=http://localhost:" + instance.port(),
                "covenant.gateway.upstream=lean",
                "covenant.gateway.balancing.silence=1h",
                "covenant.gateway.max-connections=" + MOST,
                "covenant.gateway.max-waiting=10",
                "covenant.gateway.max-wait=8s",
                "covenant.gateway.max-idle=1s",
                "covenant.gateway.timeout=60s");
    }

    @AfterAll
    void stop() {
        gateway.close();
        instance.close();
    }

    @BeforeEach
    void recover() {
        instance.follow(FINE);
        await().until(() -> gateway.service("orders").view().inFlight() == 0 && instance.open() == 0);
        instance.connections.set(0);
    }

    @Test
    void hasOurOwnClientUnlessToldOtherwiseAndKnowsNoThird() {
        assertThat(new Binder(List.of())
                        .bindOrCreate("covenant.gateway", UpstreamProperties.class)
                        .upstream())
                .isEqualTo(UpstreamProperties.Way.LEAN);

        var wrong = new MapConfigurationPropertySource();
        wrong.put("covenant.gateway.upstream", "lena");
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> new Binder(wrong).bind("covenant.gateway", UpstreamProperties.class));
    }

    @Test
    void usesConnectionsAgainAndNoMoreThanAllowed() {
        instance.follow((_, connection) -> {
            Thread.sleep(5);
            connection.answer("{}");
        });

        var answers = Load.of(
                200,
                8,
                number -> number % 2 == 0
                        ? gateway.get(ORDERS)
                        : gateway.post(ORDERS, "{\"number\":%d}".formatted(number)));

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(instance.connections).hasValueBetween(1, 20); // of 200; some rested for too long on a slow machine
    }

    @Test
    void turnsAwayWhoWaitsInVainAndSendsNothingOfIt() throws Exception {
        var go = new CountDownLatch(1);
        instance.follow((_, connection) -> {
            go.await();
            connection.answer("{}");
        });
        instance.requests.clear();
        var busy = Thread.ofVirtual().start(() -> Load.of(MOST, MOST, _ -> gateway.post(ORDERS, "{}")));
        await().until(() -> instance.requests.size() == MOST);

        gateway.post(ORDERS, "{}").isProblem(503, "too-many-requests-in-flight");

        assertThat(instance.requests).hasSize(MOST);
        go.countDown();
        busy.join();
        assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(200);
    }

    @Test
    void givesAConnectionToWhoWaits() throws Exception {
        var go = new CountDownLatch(1);
        instance.follow((_, connection) -> {
            go.await();
            connection.answer("{}");
        });

        try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
            var asking = thread.submit(() -> Load.of(2 * MOST, 2 * MOST, _ -> gateway.post(ORDERS, "{}")));
            await().until(() -> gateway.service("orders").view().inFlight() == 2 * MOST);
            go.countDown();

            assertThat(asking.get()).allMatch(answer -> answer.status() == 200);
        }
        assertThat(instance.connections).hasValueLessThanOrEqualTo(MOST);
    }

    @Test
    void usesNoConnectionThatRestedForLong() {
        gateway.get(ORDERS);

        await().pollInterval(Duration.ofMillis(1_300)).until(() -> {
            gateway.get(ORDERS);
            return instance.connections.get() > 1;
        });
    }

    @Test
    void usesNoConnectionThatIsToBeClosed() {
        instance.follow(
                (_, connection) -> connection.say("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 2\n\n{}"));

        for (int i = 0; i < 5; i++) {
            assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(200);
        }
        assertThat(instance.connections).hasValue(5);
    }

    @Test
    void losesNothingWhenConnectionsAreResetWhileTheyRest() {
        for (int i = 0; i < 20; i++) {
            assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(200);
            instance.kill();
            instance.start();
        }
    }

    @Test
    void givesNobodyASecondAnswerToOneRequest() {
        instance.follow((_, connection) -> connection.say(
                "HTTP/1.1 200 OK\nContent-Length: 3\n\noneHTTP/1.1 200 OK\nContent-Length: 6\n\npoison"));

        var answers = Load.of(60, 2 * MOST, _ -> gateway.get(ORDERS));

        assertThat(answers).allMatch(answer -> answer.text().equals("one"));
    }

    @Test
    void passesEachPartOfAStreamOnAtOnce() throws Exception {
        var seen = new CountDownLatch(1);
        instance.follow((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\n\n3\none\n");
            connection.say(seen.await(15, TimeUnit.SECONDS) ? "3\ntwo\n0\n\n" : "0\n\n");
        });
        try (var socket = gateway.connect()) {
            socket.getOutputStream().write(asked("Connection: close\r\n"));
            var all = new StringBuilder();
            var in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                all.append((char) next);
                if (all.toString().endsWith("one")) {
                    seen.countDown();
                }
            }
            assertThat(all).contains("two");
        }
    }

    private static byte[] asked(String headers) {
        return ("GET " + ORDERS + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void readsNoFasterThanTheClientTakes() throws Exception {
        long whole = 96L << 20;
        var sent = new AtomicLong();
        instance.follow((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Length: " + whole + "\n\n");
            var part = new byte[64 * 1024];
            while (sent.get() < whole) {
                connection.out().write(part);
                sent.addAndGet(part.length);
            }
        });
        try (var socket = gateway.connect()) {
            socket.getOutputStream().write(asked(""));
            var before = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(500)).until(() -> {
                long now = sent.get();
                return now > 0 && before.getAndSet(now) == now;
            });
            assertThat(sent.get())
                    .as("in the buffers of two connections and a gateway")
                    .isLessThan(64L << 20);

            socket.getInputStream().skipNBytes(whole); // and then it flows again
        }
    }

    @Test
    void endsTheConnectionOfWhomeverItsClientLeft() throws Exception {
        var ended = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        instance.follow((_, connection) -> {
            begun.countDown();
            try {
                if (connection.socket().getInputStream().read() < 0) {
                    ended.countDown();
                }
            } catch (IOException _) {
                ended.countDown();
            }
        });
        try (var socket = gateway.connect()) {
            socket.getOutputStream().write(asked(""));
            assertThat(begun.await(15, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(ended.await(15, TimeUnit.SECONDS)).isTrue();
    }
}
