package io.covenant.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HttpLoadTests {

    private static final Loop LOOP = new Loop();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] REQUEST = "GET /api HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @AfterAll
    static void close() {
        LOOP.close();
    }

    @Test
    void countsEachRequestOfAScheduleOnce() throws Exception {
        try (var backend = InstantBackend.start(LOOP);
                var load = HttpLoad.open(LOOP, backend.port(), REQUEST, 8, PATIENCE)) {
            Answers answers = load.run(new Pace.Open(2_000, Duration.ofMillis(200)));

            assertThat(answers.good()).isEqualTo(400);
            assertThat(answers.bad()).isZero();
            assertThat(answers.latencies().getTotalCount()).isEqualTo(400);
        }
    }

    @Test
    void asksAgainAndAgain() throws Exception {
        try (var backend = InstantBackend.start(LOOP);
                var load = HttpLoad.open(LOOP, backend.port(), REQUEST, 4, PATIENCE)) {
            Answers first = load.run(new Pace.Closed(Duration.ofMillis(50)));
            Answers second = load.run(new Pace.Closed(Duration.ofMillis(50)));

            assertThat(first.good()).isGreaterThanOrEqualTo(4);
            assertThat(second.good()).isGreaterThanOrEqualTo(4);
            assertThat(first.bad() + second.bad()).isZero();
        }
    }

    @Test
    void theServerSeesWhatIsCounted() throws Exception {
        var seen = new AtomicInteger();
        HttpServer server = server(seen);
        try (var load = HttpLoad.open(LOOP, server.getAddress().getPort(), REQUEST, 2, PATIENCE)) {
            Answers answers = load.run(new Pace.Open(1_000, Duration.ofMillis(50)));

            assertThat(answers.bad()).isEqualTo(10); // every fifth is answered with 503
            assertThat(answers.good()).isEqualTo(40);
            assertThat(answers.firstFailure()).contains("answered with status 503");
            assertThat(seen).hasValue(50);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void tellsThatNobodyListens() {
        int port = FreePorts.one();

        assertThatThrownBy(() -> HttpLoad.open(LOOP, port, REQUEST, 1, PATIENCE))
                .hasMessage("no connection to port " + port);
    }

    @Test
    void whatIsNotAnsweredIsBad() throws Exception {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var load = HttpLoad.open(LOOP, silent.getLocalPort(), REQUEST, 1, Duration.ofMillis(100))) {
            Answers answers = load.run(new Pace.Open(100, Duration.ofMillis(50)));

            assertThat(answers.good()).isZero();
            assertThat(answers.bad()).isEqualTo(5);
            assertThat(answers.firstFailure()).contains("5 were never answered");
        }
    }

    private static HttpServer server(AtomicInteger seen) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(seen.incrementAndGet() % 5 == 0 ? 503 : 200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        return server;
    }
}
