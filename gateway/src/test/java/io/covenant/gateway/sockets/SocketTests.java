package io.covenant.gateway.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.streams.Streams;
import io.covenant.testing.TestIssuer;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sockets through a gateway that gives a request five seconds, to a service of which one instance is not there.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class SocketTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final String PATH = "/api/v1/orders/live";

    private final EchoService echo = new EchoService();
    private final Backend inventory = new Backend("inventory");
    private final HttpClient client = HttpClient.newHttpClient();
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.orders=" + echo.address() + "," + Backend.nobody(),
                "covenant.services.inventory=" + inventory.address(),
                "covenant.gateway.sockets.routes=orders",
                "covenant.gateway.sockets.origins=https://shop.example",
                "covenant.gateway.balancing.policy=round-robin",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.streams.idle=15s",
                "covenant.gateway.timeout=5s");
        await().ignoreExceptions().untilAsserted(() -> open(new Ear()).abort()); // the first ones of a JVM take long
    }

    @AfterAll
    void stop() {
        client.close();
        gateway.close();
        inventory.close();
        echo.close();
    }

    @BeforeEach
    void begin() {
        inventory.reset();
        await().until(() -> inFlight() == 0);
        echo.heads.clear();
    }

    private int inFlight() {
        return gateway.service("orders").view().inFlight();
    }

    /// What a client hears of a socket that nobody else opens.
    private static final class Ear implements WebSocket.Listener {

        final String path = PATH + "?room=" + UUID.randomUUID();
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private int bytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add("text " + data);
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                heard.add("binary " + bytes);
                bytes = 0;
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard.add("pong " + StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("close " + code + " " + reason);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            heard.add("error");
        }

        String hears() throws InterruptedException {
            var said = heard.poll(40, TimeUnit.SECONDS);
            assertThat(said).as("something within 40 s").isNotNull();
            return said;
        }
    }

    private WebSocket open(Ear ear, String... headers) {
        var builder = client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + ISSUER.token("orders:read"))
                .subprotocols("covenant.v1");
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(gateway.uri("ws", ear.path), ear).join();
    }

    private static int statusOf(Runnable handshake) {
        return assertThatExceptionOfType(CompletionException.class)
                                .isThrownBy(handshake::run)
                                .havingCause()
                                .isInstanceOf(WebSocketHandshakeException.class)
                                .actual()
                        instanceof WebSocketHandshakeException refused
                ? refused.getResponse().statusCode()
                : -1;
    }

    @Test
    void carriesMessagesBothWaysFarBeyondTheDeadlineOfTheHandshake() throws Exception {
        var ear = new Ear();
        var socket = open(ear, "X-User", "somebody");

        assertThat(socket.getSubprotocol()).isEqualTo("covenant.v1");
        socket.sendText("hello", true).join();
        assertThat(ear.hears()).isEqualTo("text hello");
        socket.sendBinary(ByteBuffer.allocate(60_000), true).join();
        assertThat(ear.hears()).isEqualTo("binary 60000");
        socket.sendText("later", true).join();
        assertThat(ear.hears()).isEqualTo("text later");
        assertThat(ear.hears()).as("what comes 7 s after 'later'").isEqualTo("text much later");

        var head = echo.heads.getLast();
        assertThat(head.get("X-Request-Id")).isNotBlank();
        assertThat(head.get("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(head.get("Authorization")).startsWith("Bearer ");
        assertThat(head.contains("X-User")).isFalse();
        assertThat(echo.paths.getLast()).isEqualTo(ear.path);
        socket.abort();
    }

    @Test
    void carriesPingsAndWhyTheClientCloses() throws Exception {
        var ear = new Ear();
        var socket = open(ear);

        socket.sendPing(ByteBuffer.wrap("are you there".getBytes(StandardCharsets.UTF_8)))
                .join();
        assertThat(ear.hears()).isEqualTo("pong are you there");
        socket.sendClose(4_001, "enough").join();

        assertThat(echo.closing(ear.path)).isEqualTo("4001 enough");
        assertThat(ear.hears()).startsWith("close 4001");
        await().until(() -> inFlight() == 0);
    }

    @Test
    void tellsTheClientWhyTheServiceCloses() throws Exception {
        var ear = new Ear();
        var socket = open(ear);

        socket.sendText("go", true).join();

        assertThat(ear.hears()).isEqualTo("close 4002 gone");
        await().until(() -> inFlight() == 0);
    }

    @Test
    void isInFlightUntilItsClientIsGone() throws Exception {
        var ear = new Ear();
        var socket = open(ear);
        socket.sendText("hello", true).join();
        ear.hears();
        assertThat(inFlight()).isEqualTo(1);

        socket.abort();

        await().until(() -> inFlight() == 0);
        assertThat(echo.closing(ear.path)).isNotNull();
    }

    @Test
    void asksAnotherInstanceWhereNobodyListens() {
        for (int i = 0; i < 6; i++) {
            open(new Ear()).abort();
        }
        assertThat(gateway.service("orders").view().instances().get(1).state().name())
                .isEqualTo("GONE");
    }

    @Test
    void passesOnThatTheServiceRefuses() {
        assertThat(statusOf(() -> client.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + ISSUER.token("orders:read"))
                        .buildAsync(gateway.uri("ws", "/api/v1/orders/closed"), new Ear())
                        .join()))
                .isEqualTo(409);
    }

    @Test
    void takesPagesOfItsOwnHostAndOfThoseThatAreNamed() {
        open(new Ear(), "Origin", "https://shop.example").abort();
        open(new Ear(), "Origin", gateway.uri("http", "").toString()).abort();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "https://shop.example.evil", "not a URI"})
    void refusesPagesOfOthers(String origin) {
        assertThat(statusOf(() -> open(new Ear(), "Origin", origin))).isEqualTo(403);
        assertThat(echo.heads).isEmpty();
    }

    @Test
    void refusesWhoHasNoToken() {
        assertThat(statusOf(() -> client.newWebSocketBuilder()
                        .buildAsync(gateway.uri("ws", PATH), new Ear())
                        .join()))
                .isEqualTo(401);
        assertThat(echo.heads).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, Upgrade, 13, true, 400",
        "GET, keep-alive, 13, true, 400",
        "GET, Upgrade, 13, false, 400",
        "GET, Upgrade, 8, true, 426",
    })
    void refusesHalfAHandshake(String method, String connection, String version, boolean key, int status) {
        var answer = gateway.exchange(
                "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nUpgrade: websocket\r\nConnection: %s, close\r\n%sSec-WebSocket-Version: %s\r\n\r\n"
                        .formatted(
                                method,
                                PATH,
                                ISSUER.token("orders:read"),
                                connection,
                                key ? "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "",
                                version));

        answer.isProblem(status, "bad-handshake");
        assertThat(answer.header("Sec-WebSocket-Version")).isEqualTo(status == 426 ? "13" : "");
    }

    @Test
    void answersAsUsualWhereNoSocketsAreTaken() {
        assertThat(statusOf(() -> client.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + ISSUER.token("stock:read"))
                        .buildAsync(gateway.uri("ws", "/api/v1/stock"), new Ear())
                        .join()))
                .isEqualTo(200);
        assertThat(inventory.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.header("Upgrade")).isEmpty());
        assertThat(gateway.get("/api/v1/orders", "Authorization", "Bearer " + ISSUER.token("orders:read"))
                        .status())
                .as("and where they are, for who wants none")
                .isEqualTo(404);
    }

    @Test
    void endsWhenNobodySaysAnything() throws Exception {
        var ear = new Ear();
        open(ear);

        assertThat(ear.hears()).startsWith("close 1001");
        assertThat(echo.closing(ear.path)).startsWith("1001");
    }

    @Test
    void endsWhenTheGatewayStops() throws Exception {
        var ear = new Ear();
        open(ear);

        gateway.part(Streams.class).stop();
        try {
            assertThat(ear.hears()).startsWith("close 1001");
            assertThat(echo.closing(ear.path)).startsWith("1001");
            await().until(() -> inFlight() == 0);
        } finally {
            gateway.part(Streams.class).start();
        }
    }
}
