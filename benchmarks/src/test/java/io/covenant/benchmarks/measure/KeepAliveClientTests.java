package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeepAliveClientTests {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    private HttpServer server = start();

    @BeforeEach
    void answerWithWhatIsAsked() {
        server.createContext("/fixed", exchange -> {
            clientPorts.add(exchange.getRemoteAddress().getPort());
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(201, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/chunked", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("grün".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void usesOneConnectionAgainAndAgain() throws Exception {
        try (var client = client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.post("/fixed", "{\"i\":" + i + "}")).isEqualTo(new Answer(201, "{\"i\":" + i + "}"));
            }
        }

        assertThat(clientPorts).hasSize(1);
    }

    @Test
    void readsAnAnswerInChunks() throws Exception {
        try (var client = client()) {
            assertThat(client.get("/chunked")).isEqualTo(new Answer(200, "grün"));
            assertThat(client.get("/chunked")).isEqualTo(new Answer(200, "grün"));
        }
    }

    @Test
    void tellsThatAnAnswerIsMissing() throws Exception {
        try (var mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new KeepAliveClient(mute.getLocalPort(), Duration.ofMillis(50))) {
            assertThatThrownBy(() -> client.get("/")).isInstanceOf(IOException.class);
        }
    }

    private KeepAliveClient client() {
        return new KeepAliveClient(server.getAddress().getPort(), PATIENCE);
    }

    private static HttpServer start() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
