package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Many requests, or many keep-alives, in one call: each as if it had come alone.
@Timeout(60)
class LockRequestsApiTests {

    @TempDir
    static Path directory;

    private static SingleNode node;
    private static Api api;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "lock-" + NAMES.incrementAndGet();

    @BeforeAll
    static void start() throws Exception {
        node = new SingleNode(directory, Map.of());
        api = node.api();
        node.awaitArmed();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Api.Said ask(String... requests) {
        return api.post("/api/v1/lock-requests", "{\"requests\":[%s]}".formatted(String.join(",", requests)));
    }

    private static JsonNode answer(Api.Said said, int at) {
        assertThat(said.status()).as("%s", said.body()).isEqualTo(200);
        return said.body().path("answers").path(at);
    }

    private static String acquire(long session, long seq, String name, String more) {
        return "{\"session\":%d,\"acquire\":{\"seq\":%d,\"ackUpTo\":0,\"wants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\"}]%s}}"
                .formatted(session, seq, name, more);
    }

    private static String release(long session, long seq, String name, long token) {
        return "{\"session\":%d,\"release\":{\"seq\":%d,\"ackUpTo\":0,\"names\":[\"%s\"],\"token\":%d}}"
                .formatted(session, seq, name, token);
    }

    private static long token(JsonNode answer) {
        return answer.path("granted").path("grants").path(0).path("token").asLong();
    }

    @Test
    void answersEachAsIfItHadComeAlone() {
        long opened = System.nanoTime();
        long session = api.open(20_000);
        long other = api.open(20_000);

        var said = ask(
                acquire(session, 1, name, ""),
                acquire(other, 1, name, ""),
                acquire(other, 2, name, ",\"waitMillis\":-1"),
                "{\"session\":%d,\"cancel\":{\"seq\":3,\"ackUpTo\":0,\"requestSeq\":2}}".formatted(other));

        long took = Duration.ofNanos(System.nanoTime() - opened).toMillis() + 1;
        var granted = answer(said, 0);
        assertThat(granted.path("status").asInt()).isEqualTo(200);
        assertThat(token(granted)).isPositive();
        assertThat(granted.path("granted").path("remainingMillis").asLong()).isBetween(19_990L - took, 20_000L);
        assertThat(granted.path("granted")
                        .path("grants")
                        .path(0)
                        .path("sequencer")
                        .asString())
                .isEqualTo("v1:exclusive:%d:%s".formatted(token(granted), name));
        assertThat(answer(said, 1).path("status").asInt()).isEqualTo(423);
        assertThat(answer(said, 1).path("problem").path("code").asString()).isEqualTo("busy");
        assertThat(answer(said, 2).path("status").asInt()).isEqualTo(202);
        assertThat(answer(said, 2).path("queued").path("ticket").asLong()).isPositive();
        assertThat(answer(said, 3).path("cancelled").path("undone").asString()).isEqualTo("WAITER");
        assertThat(Long.parseLong(said.header("X-Lock-Index"))).isGreaterThanOrEqualTo(token(granted));

        var released = answer(ask(release(session, 2, name, token(granted))), 0);
        assertThat(released.path("released").path("holds").path(0).asInt()).isZero();
    }

    @Test
    void doesThemInTheirOrder() {
        long session = api.open(20_000);
        long token = token(answer(ask(acquire(session, 1, name, "")), 0));

        var said = ask(release(session, 2, name, token), acquire(session, 3, name, ""));

        assertThat(token(answer(said, 1))).isGreaterThan(token);
    }

    @Test
    void answersTheSameAgainAndAsTheOtherPathDoes() {
        long session = api.open(20_000);
        var first = answer(ask(acquire(session, 1, name, "")), 0);

        assertThat(token(answer(ask(acquire(session, 1, name, "")), 0))).isEqualTo(token(first));
        assertThat(Api.token(api.acquire(session, 1, name, ""))).isEqualTo(token(first));
    }

    @Test
    void saysOfACancelledAcquireThatItWasCancelled() {
        long session = api.open(20_000);
        ask("{\"session\":%d,\"cancel\":{\"seq\":2,\"ackUpTo\":0,\"requestSeq\":1}}".formatted(session));

        var late = answer(ask(acquire(session, 1, name, "")), 0);

        assertThat(late.path("status").asInt()).isEqualTo(409);
        assertThat(late.path("problem").path("code").asString()).isEqualTo("cancelled");
    }

    @Test
    void doesTheOthersWhenOneIsRefused() {
        long session = api.open(20_000);

        var said = ask(
                acquire(1, 1, name, ""),
                acquire(session, 1, "x".repeat(10_000), ""),
                "{\"session\":%d}".formatted(session),
                acquire(session, 2, name, ""),
                release(session, 3, name, 5));

        assertThat(answer(said, 0).path("problem").path("code").asString()).isEqualTo("session-expired");
        assertThat(answer(said, 1).path("problem").path("code").asString()).isEqualTo("name-too-long");
        assertThat(answer(said, 2).path("problem").path("code").asString()).isEqualTo("validation-failed");
        assertThat(answer(said, 3).path("status").asInt()).isEqualTo(200);
        assertThat(answer(said, 4).path("problem").path("code").asString()).isEqualTo("stale-token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"requests\":[]}",
                "{}",
                "{\"requests\":[null]}",
                "{\"requests\":[{\"session\":1,\"seize\":{}}]}",
                "{\"requests\":7}",
                "{\"requests\":[",
                "{\"requests\":[]} and more",
                "null",
                "",
                "[]"
            })
    void refusesWhatIsNoListOfRequests(String body) {
        var refused = api.post("/api/v1/lock-requests", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().path("code").asString()).isNotEmpty();
    }

    @Test
    void refusesTooMany() {
        var many = IntStream.range(0, 513)
                .mapToObj(i -> acquire(1, i + 1, name, ""))
                .collect(Collectors.joining(","));

        assertThat(api.post("/api/v1/lock-requests", "{\"requests\":[%s]}".formatted(many))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void renewsTheLeasesOfManySessions() {
        long session = api.open(20_000);
        long other = api.open(30_000);

        long asked = System.nanoTime();
        var said = api.post(
                "/api/v1/lock-keep-alives",
                "{\"keepAlives\":[%s,%s,%s]}"
                        .formatted(
                                "{\"session\":%d,\"seq\":7,\"ackUpTo\":0}".formatted(session),
                                "{\"session\":1,\"seq\":1,\"ackUpTo\":0}",
                                "{\"session\":%d,\"seq\":9,\"ackUpTo\":0}".formatted(other)));

        long took = Duration.ofNanos(System.nanoTime() - asked).toMillis() + 1;
        assertThat(answer(said, 0).path("kept").path("seq").asLong()).isEqualTo(7);
        assertThat(answer(said, 0).path("kept").path("remainingMillis").asLong())
                .isBetween(19_990L - took, 20_000L);
        assertThat(answer(said, 1).path("status").asInt()).isEqualTo(410);
        assertThat(answer(said, 1).path("problem").path("code").asString()).isEqualTo("session-expired");
        assertThat(answer(said, 2).path("kept").path("remainingMillis").asLong())
                .isBetween(29_990L - took, 30_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"keepAlives\":[]}", "{}", "{\"keepAlives\":[null]}", "{\"keepAlives\":7}", "[]"})
    void refusesWhatIsNoListOfKeepAlives(String body) {
        assertThat(api.post("/api/v1/lock-keep-alives", body).status()).isEqualTo(400);
    }

    @Test
    void tellsTheEndOfAWaitByTheEventsAndNoAnswersWhereTheseAreNotWanted() throws IOException {
        long holder = api.open(20_000);
        long waiter = api.open(20_000);
        try (var lines = api.stream("/api/v1/lock-sessions/%d/events?terse=true".formatted(waiter))) {
            long token = token(answer(ask(acquire(holder, 1, name, "")), 0));
            long other = token(answer(ask(acquire(waiter, 1, "of-" + name, "")), 0));
            ask(release(waiter, 2, "of-" + name, other), acquire(waiter, 3, name, ",\"waitMillis\":-1"));

            ask(release(holder, 2, name, token));

            var event = lines.readLine();
            while (!event.startsWith("event:")) {
                event = lines.readLine();
            }
            assertThat(event).isEqualTo("event: settled");
            assertThat(lines.readLine()).contains("\"seq\":3", "\"outcome\":\"GRANTED\"", "\"token\":");
        }
    }
}
