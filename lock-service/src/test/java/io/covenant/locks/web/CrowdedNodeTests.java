package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.node.LockNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A node from which more is asked than it can hold: it keeps to its bounds, and to its word.
@Timeout(300)
class CrowdedNodeTests {

    private static final int KEPT_EVENTS = 512;
    private static final int WAITERS_OF_A_NAME = 4_096;
    private static final int REQUESTS_OF_A_SESSION = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static SingleNode node;
    private static Api api;

    @BeforeAll
    static void start() throws Exception {
        node = new SingleNode(
                directory,
                Map.of(
                        "covenant.locks.kept-events",
                        Integer.toString(KEPT_EVENTS),
                        // For so long a reader may take nothing of what is written to him.
                        "server.tomcat.connection-timeout",
                        "3s"));
        api = node.api();
        node.awaitArmed();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static JsonNode ask(List<String> requests) {
        var said = api.post("/api/v1/lock-requests", "{\"requests\":[%s]}".formatted(String.join(",", requests)));
        assertThat(said.status()).as("%s", said.body()).isEqualTo(200);
        return said.body().path("answers");
    }

    private static String waiting(long session, int seq) {
        return """
                {"session":%d,"acquire":{"seq":%d,"ackUpTo":0,"strand":%d,"waitMillis":-1,\
                "wants":[{"name":"door","mode":"EXCLUSIVE"}]}}""".formatted(session, seq, seq);
    }

    @Test
    void letsAsManyWaitAsItMayOfAHundredThousand() {
        long holder = api.open(600_000);
        long token = Api.token(api.acquire(holder, 1, "door", ""));
        long first = api.open(600_000);
        assertThat(ask(List.of(waiting(first, 1))).path(0).path("status").asInt())
                .isEqualTo(202);
        int waiting = 1;
        int refused = 0;

        for (int pair = 0; pair < 200; pair++) {
            var requests = new ArrayList<String>();
            long one = api.open(600_000);
            long other = api.open(600_000);
            for (int seq = 1; seq <= REQUESTS_OF_A_SESSION; seq++) {
                requests.add(waiting(one, seq));
                requests.add(waiting(other, seq));
            }
            for (var answer : ask(requests)) {
                if (answer.path("status").asInt() == 202) {
                    waiting++;
                } else {
                    assertThat(answer.path("status").asInt()).isEqualTo(429);
                    assertThat(answer.path("problem").path("code").asString()).isEqualTo("too-many-waiters");
                    assertThat(answer.path("problem").path("bound").asInt()).isEqualTo(WAITERS_OF_A_NAME);
                    assertThat(answer.path("problem").path("retryAfterMillis").asInt())
                            .isPositive();
                    refused++;
                }
            }
        }

        assertThat(waiting).isEqualTo(WAITERS_OF_A_NAME);
        assertThat(waiting + refused).isGreaterThan(100_000);
        assertThat(api.get("/api/v1/locks/door").body().path("queue").asInt()).isEqualTo(WAITERS_OF_A_NAME);
        var alone = api.acquire(api.open(600_000), 1, "door", ",\"waitMillis\":-1");
        assertThat(alone.status()).isEqualTo(429);
        assertThat(alone.header("Retry-After")).isEqualTo("1");
        assertThat(api.release(holder, 2, "door", token).status()).isEqualTo(200);
        var next = ask(List.of(waiting(first, 1))).path(0);
        assertThat(next.path("granted").path("grants").path(0).path("token").asLong())
                .isGreaterThan(token);
        assertThat(Api.token(api.acquire(holder, 3, "gate", ""))).isPositive();
    }

    /// Two events for each time.
    private static long takeAndGiveBack(long session, long seq, String name, int times) {
        var requests = new ArrayList<String>();
        long next = seq;
        for (int i = 0; i < times; i++) {
            requests.add(
                    "{\"session\":%d,\"acquire\":{\"seq\":%d,\"ackUpTo\":%d,\"wants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\"}]}}"
                            .formatted(session, next, next - 1, name));
            requests.add("{\"session\":%d,\"cancel\":{\"seq\":%d,\"ackUpTo\":%d,\"requestSeq\":%d}}"
                    .formatted(session, next + 1, next - 1, next));
            next += 2;
        }
        for (var answer : ask(requests)) {
            assertThat(answer.path("status").asInt()).as("%s", answer).isEqualTo(200);
        }
        return next;
    }

    @Test
    void cutsAReaderOffWhoNeverReadsAndKeepsNobodyWaiting() throws Exception {
        var streams = node.bean(LockNode.class);
        await("the end of other tests' streams").atMost(PATIENCE).until(() -> {
            // Who has gone is noticed when he is told something.
            takeAndGiveBack(api.open(60_000), 1, "late/a", 1);
            return streams.openStreams() == 0;
        });
        var name = "n".repeat(200);
        long session = api.open(600_000);
        try (var silent = new Socket()) {
            silent.setReceiveBufferSize(4_096);
            silent.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
            silent.getOutputStream()
                    .write("GET /api/v1/watch?prefix=%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .formatted(name)
                            .getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> streams.openStreams() == 1);

            long seq = 1;
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (streams.openStreams() == 1) {
                assertThat(System.nanoTime()).as("is kept still").isLessThan(until);
                seq = takeAndGiveBack(session, seq, name, 200);
            }

            requireEnd(silent);
        }
    }

    /// The connection ends, or at least what was told by it.
    private static void requireEnd(Socket silent) throws IOException {
        silent.setSoTimeout(30_000);
        var told = new StringBuilder();
        var buffer = new byte[65_536];
        try {
            int read = 0;
            while (read >= 0 && !told.toString().endsWith("\r\n0\r\n\r\n")) {
                told.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
                told.delete(0, Math.max(0, told.length() - 16));
                read = silent.getInputStream().read(buffer);
            }
        } catch (SocketException cutOff) {
            assertThat(cutOff).hasMessageContaining("reset");
        }
    }

    @Test
    void tellsWhoResumesTooLateToLookAgain() throws Exception {
        long session = api.open(600_000);
        long seq = 1;
        for (int i = 0; i < 2; i++) {
            seq = takeAndGiveBack(session, seq, "late/a", KEPT_EVENTS / 2);
        }
        String id;
        try (var reader = api.stream("/api/v1/watch?prefix=late/&fromIndex=1")) {
            id = reader.readLine();
            while (!id.startsWith("id: ")) {
                id = reader.readLine();
            }
            assertThat(reader.readLine()).isEqualTo("event: compacted");
            assertThat(reader.readLine()).contains("\"index\":" + id.substring(4));
        }

        long token = Api.token(api.acquire(session, seq, "late/b", ""));
        try (var reader = api.stream("/api/v1/watch?prefix=late/", "Last-Event-ID", id.substring(4))) {
            var line = reader.readLine();
            while (!line.startsWith("event: ")) {
                line = reader.readLine();
            }
            assertThat(line).isEqualTo("event: granted");
            assertThat(reader.readLine()).contains("\"token\":" + token);
        }
    }
}
