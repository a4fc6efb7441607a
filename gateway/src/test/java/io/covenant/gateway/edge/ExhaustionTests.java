package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that do not end, or are larger than they look. Each ends in bounded time, and takes bounded memory.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class ExhaustionTests {

    private static final String RECEIPT = "POST /api/v1/stock/A/receipts HTTP/1.1\r\nHost: x\r\n";

    private final Backend stock = new Backend("stock");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.inventory=" + stock.address(),
                "covenant.gateway.edge.head-timeout=3s",
                "covenant.gateway.receive-timeout=4s",
                "covenant.gateway.edge.linger=2s",
                "server.netty.idle-timeout=6s");
    }

    @AfterAll
    void stop() {
        gateway.close();
        stock.close();
    }

    @BeforeEach
    void forget() {
        stock.reset();
    }

    /// Sends a piece again and again, until the other side has enough of it, or forty seconds have passed.
    ///
    /// @return what came back, and how long it took
    private Endless endless(String start, String piece, long pauseMillis) throws Exception {
        long begun = System.nanoTime();
        long sent = 0;
        try (var socket = gateway.connect()) {
            var reader = reading(socket);
            try {
                socket.getOutputStream().write(bytes(start));
                var more = bytes(piece);
                while (System.nanoTime() - begun < 40_000_000_000L
                        && reader.thread().isAlive()) {
                    socket.getOutputStream().write(more);
                    sent += more.length;
                    if (pauseMillis > 0) {
                        Thread.sleep(pauseMillis);
                    }
                }
            } catch (IOException _) {
                // it has enough
            }
            reader.thread().join(40_000);
            return new Endless(
                    reader.text().toString(StandardCharsets.UTF_8), Duration.ofNanos(System.nanoTime() - begun), sent);
        }
    }

    private record Endless(String answer, Duration took, long sent) {

        void endedIn(Duration most, String status) {
            assertThat(took).isLessThan(most);
            assertThat(answer).startsWith("HTTP/1.1 " + status);
        }
    }

    private record Reader(Thread thread, ByteArrayOutputStream text) {}

    private static Reader reading(Socket socket) {
        var text = new ByteArrayOutputStream();
        return new Reader(
                Thread.ofVirtual().start(() -> {
                    try {
                        socket.getInputStream().transferTo(text);
                    } catch (IOException _) {
                        // ended
                    }
                }),
                text);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long memory() {
        var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    @Test
    void refusesAHeaderOfAMegabyteWithoutTakingItIn() {
        gateway.exchange("GET /api/v1/stock HTTP/1.1\r\nHost: x\r\nX-Large: " + "x".repeat(1_000_000) + "\r\n\r\n")
                .isProblem(431, "headers-too-large");
        gateway.exchange("GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n".repeat(100_000) + "\r\n")
                .isProblem(431, "headers-too-large");
        gateway.exchange("GET /api/v1/stock?" + "x".repeat(1_000_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")
                .isProblem(414, "target-too-long");
        assertThat(stock.requests).isEmpty();
    }

    @Test
    void endsAHeadThatComesInDrops() throws Exception {
        long before = memory();

        endless("GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n", 100).endedIn(Duration.ofSeconds(20), "408");
        endless("", "G", 100).endedIn(Duration.ofSeconds(20), "408");

        assertThat(memory() - before).isLessThan(64 << 20);
        assertThat(stock.requests).isEmpty();
    }

    @Test
    void endsASecondHeadThatComesInDropsToo() throws Exception {
        var answer = endless(
                "GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/stock HTTP/1.1\r\n", "X-A: b\r\n", 100);

        answer.endedIn(Duration.ofSeconds(20), "200");
        assertThat(answer.answer()).contains("HTTP/1.1 408");
        assertThat(stock.requests).hasSize(1);
    }

    @Test
    void endsAConnectionOnWhichNothingComes() throws Exception {
        long begun = System.nanoTime();
        try (var socket = gateway.connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void servesOthersWhileManyComeInDrops() throws Exception {
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 300; i++) {
                var socket = gateway.connect();
                socket.getOutputStream().write(bytes("GET /api/v1/stock HTTP/1.1\r\nHo"));
                slow.add(socket);
            }
            assertThat(gateway.get("/api/v1/stock").status()).isEqualTo(200);
            for (var socket : slow) {
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 408");
            }
        } finally {
            for (var socket : slow) {
                socket.close();
            }
        }
        assertThat(stock.requests).hasSize(1);
    }

    @Test
    void endsABodyThatComesInDrops() throws Exception {
        endless(RECEIPT + "Content-Length: 1000\r\n\r\n", "x", 100).endedIn(Duration.ofSeconds(20), "408");
        assertThat(stock.requests).isEmpty();
    }

    @Test
    void endsChunksThatDoNotEnd() throws Exception {
        long before = memory();

        endless(RECEIPT + "Transfer-Encoding: chunked\r\n\r\n", "1000\r\n" + "x".repeat(4096) + "\r\n", 0)
                .endedIn(Duration.ofSeconds(20), "413");
        endless(RECEIPT + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 50)
                .endedIn(Duration.ofSeconds(20), "408");
        endless(RECEIPT + "Transfer-Encoding: chunked\r\n\r\n", "1;" + "e".repeat(1_000_000), 0)
                .endedIn(Duration.ofSeconds(20), "4");

        assertThat(memory() - before).isLessThan(64 << 20);
        assertThat(stock.requests).isEmpty();
    }

    /// The answer is there long before the body; somebody has to stop reading it.
    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/actuator/health", "/api/v1/stock/../x", "/api/v1/orders"})
    void endsABodyThatNobodyWants(String path) throws Exception {
        var answer = endless(
                "POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "1000\r\n" + "x".repeat(4096) + "\r\n",
                1);

        answer.endedIn(Duration.ofSeconds(20), "");
        assertThat(stock.requests).isEmpty();
    }

    @Test
    void endsTrailersThatDoNotEnd() throws Exception {
        endless(RECEIPT + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n", 0)
                .endedIn(Duration.ofSeconds(20), "4");
        assertThat(stock.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "gzip, gzip", "identity, gzip", "GZIP"})
    void refusesABodyThatIsLargerThanItLooks(String encoding) throws Exception {
        var bomb = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bomb)) {
            for (int i = 0; i < 100; i++) {
                zip.write(new byte[1 << 20]);
            }
        }
        assertThat(bomb.size()).isLessThan(200_000);

        var answer = gateway.exchange(RECEIPT
                + "Content-Encoding: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                        .formatted(encoding, bomb.size())
                + bomb.toString(StandardCharsets.ISO_8859_1));

        answer.isProblem(415, "encoded-body");
        assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(stock.requests).isEmpty();
    }

    /// What a service compressed is passed as it is: nothing here unpacks it.
    @Test
    void passesACompressedAnswerWithoutLookingInto() {
        stock.behaving((_, connection) ->
                connection.say("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 4\n\nabcd"));

        var answer = gateway.get("/api/v1/stock", "Accept-Encoding", "gzip");

        assertThat(answer.text()).isEqualTo("abcd");
        assertThat(answer.all("Content-Encoding")).isEqualTo(List.of("gzip"));
    }
}
