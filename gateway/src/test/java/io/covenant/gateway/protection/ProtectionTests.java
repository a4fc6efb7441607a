package io.covenant.gateway.protection;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.gateway.SharedGateway;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

@ExtendWith({SharedGateway.class, OutputCaptureExtension.class})
@Timeout(60)
class ProtectionTests {

    private static final int MOST = 256 * 1024;

    @Test
    void hasBoundsWithoutBeingTold() {
        assertThat(new Binder(List.of()).bindOrCreate("covenant.gateway", ProtectionProperties.class))
                .isEqualTo(new ProtectionProperties(
                        Duration.ofMillis(300),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        DataSize.ofKilobytes(256),
                        256,
                        1000,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(15)));
    }

    @Test
    void takesABodyUpToTheLimit() {
        assertThat(gateway().post("/api/v1/stock/A/receipts", "x".repeat(MOST)).status())
                .isEqualTo(200);
        assertThat(SharedGateway.INVENTORY.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.body()).hasSize(MOST));
    }

    @Test
    void takesABodyInChunksAndSendsItWithItsLength() {
        assertThat(gateway().send(chunked("y".repeat(100_000))).status()).isEqualTo(200);
        assertThat(SharedGateway.INVENTORY.requests).singleElement().satisfies(request -> {
            assertThat(request.body()).hasSize(100_000);
            assertThat(request.header("Transfer-Encoding")).isEmpty();
        });
    }

    @Test
    void refusesABodyOverTheLimitByItsAnnouncedLength() {
        gateway().post("/api/v1/stock/A/receipts", "x".repeat(MOST + 1)).isProblem(413, "body-too-large");
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
    }

    @Test
    void refusesABodyOverTheLimitThatComesInChunks() {
        gateway().send(chunked("x".repeat(MOST + 1))).isProblem(413, "body-too-large");
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
    }

    private static HttpRequest chunked(String body) {
        var bytes = body.getBytes(StandardCharsets.US_ASCII);
        return gateway()
                .request("/api/v1/stock/A/receipts", "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
                .build();
    }

    @Test
    void refusesALengthThatContradictsTheChunks() {
        var answer = gateway().raw("""
                POST /api/v1/stock/A/receipts HTTP/1.1
                Host: x
                Content-Length: 5
                Transfer-Encoding: chunked
                Connection: close

                0

                GET /internal HTTP/1.1

                """);

        assertThat(answer.status()).isIn(200, 400);
        assertThat(SharedGateway.INVENTORY.requests)
                .allSatisfy(request -> assertThat(request.path()).isEqualTo("/api/v1/stock/A/receipts"));
    }

    @Test
    void givesUpOnAServiceThatStaysSilent() {
        SharedGateway.INVENTORY.behaving((_, _) -> Thread.sleep(60_000));
        long before = System.nanoTime();

        gateway().get("/api/v1/stock").isProblem(504, "upstream-timeout");

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(11_900), Duration.ofSeconds(40));
        assertThat(SharedGateway.INVENTORY.requests).hasSize(1);
    }

    @Test
    void breaksOffAnAnswerThatDoesNotEnd() {
        SharedGateway.INVENTORY.behaving((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Length: 1000\n\n");
            for (int i = 0; i < 1000; i++) {
                connection.say("x");
                Thread.sleep(50);
            }
        });
        long before = System.nanoTime();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> gateway()
                        .sendOrFail(gateway().request("/api/v1/stock").GET().build()));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void neverTakesAPartOfAnAnswerForTheWholeAndWarns(CapturedOutput output) throws Exception {
        for (var start : List.of(
                "HTTP/1.1 200 OK\nContent-Length: 100000\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n186a0\n")) {
            var begun = new CountDownLatch(1);
            SharedGateway.INVENTORY.behaving((_, connection) -> {
                connection.say(start + "x".repeat(50_000));
                begun.await();
                connection.reset();
            });

            try (var client = HttpClient.newHttpClient();
                    var body = client.send(
                                    gateway().request("/api/v1/stock").GET().build(),
                                    HttpResponse.BodyHandlers.ofInputStream())
                            .body()) {
                assertThat(body.readNBytes(10)).hasSize(10);
                begun.countDown();
                assertThatExceptionOfType(IOException.class).isThrownBy(body::readAllBytes);
            }
        }
        assertThat(output).contains("WARN ", "GET /api/v1/stock: ").doesNotContain("GET /api/v1/stock failed");
    }

    @Test
    void doesNotWaitForAClientThatDoesNotSend() throws IOException {
        try (var socket = gateway().connect()) {
            socket.getOutputStream()
                    .write("POST /api/v1/stock/A/receipts HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();

            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 408 ");
        }
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
    }

    @Test
    void forgetsARequestWhoseClientHasGone() throws Exception {
        SharedGateway.INVENTORY.behaving((_, connection) -> {
            Thread.sleep(300);
            connection.answer("{}");
        });
        try (var socket = gateway().connect()) {
            socket.getOutputStream()
                    .write("GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            org.awaitility.Awaitility.await().until(() -> SharedGateway.INVENTORY.requests.size() == 1);
        }

        SharedGateway.INVENTORY.reset();
        assertThat(gateway().get("/api/v1/stock").status()).isEqualTo(200);
    }
}
