package io.covenant.web.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.ScriptedServer;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class ServiceClientTests {

    private static final ServiceRequest GET = ServiceRequest.get("/things?x=1");
    private static final ServiceRequest POST = ServiceRequest.post("/things", Map.of("name", "a"));

    private record Thing(String name) {}

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var one : open) {
            one.close();
        }
        MDC.clear();
    }

    private ScriptedServer server(ScriptedServer.Script script) {
        var server = new ScriptedServer(script);
        open.add(server);
        return server;
    }

    private ScriptedServer saying(String body) {
        return server((_, connection) -> connection.answer(body));
    }

    private ServiceClient client(URI... instances) {
        return client(
                new ServiceClientProperties(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(15),
                        16,
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(1),
                        DataSize.ofKilobytes(64),
                        "round-robin",
                        null),
                instances);
    }

    private ServiceClient client(ServiceClientProperties properties, URI... instances) {
        var client = new ServiceClient(
                new Topology("test-1", Map.of("things", List.of(instances))), properties, StrictJson.mapper());
        open.add(client);
        return client;
    }

    @Test
    void returnsTheAnswer() {
        var server = saying("{\"name\":\"a\",\"newer\":true}");

        var answer = client(server.address()).call("things", POST.header("X-Extra", "1"));

        assertThat(answer).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.status()).isEqualTo(200);
            assertThat(answered.successful()).isTrue();
            assertThat(answered.instance()).isEqualTo(server.address());
            assertThat(answered.header("CONTENT-TYPE")).contains("application/json");
            assertThat(answered.body().as(Thing.class)).isEqualTo(new Thing("a"));
        });
        assertThat(server.requests)
                .singleElement()
                .asString()
                .startsWith("POST /things HTTP/1.1\r\n")
                .contains("\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
                .contains("\r\nX-Extra: 1\r\n")
                .contains("\r\nContent-Type: application/json\r\n")
                .endsWith("\r\n\r\n{\"name\":\"a\"}");
    }

    @Test
    void passesTheRequestIdOn() {
        var server = saying("{}");
        MDC.put("requestId", "r-1");

        var _ = client(server.address()).call("things", GET);

        assertThat(server.requests).singleElement().asString().contains("X-Request-Id: r-1\r\n");
    }

    private ServiceClient clientShowing(Credentials credentials, URI instance) {
        var client = new ServiceClient(
                new Topology("test-1", Map.of("things", List.of(instance))),
                ServiceClientProperties.defaults(),
                StrictJson.mapper(),
                new SimpleMeterRegistry(),
                credentials);
        open.add(client);
        return client;
    }

    @Test
    void showsItsCredentialsUnlessTheRequestHasSome() {
        var server = saying("{}");
        var client = clientShowing(() -> "Bearer ours", server.address());

        var _ = client.call("things", GET);
        var _ = client.call("things", GET.header("Authorization", "Bearer theirs"));

        assertThat(server.requests)
                .satisfiesExactly(
                        first -> assertThat(first.toString()).contains("\r\nAuthorization: Bearer ours\r\n"),
                        second -> assertThat(second.toString())
                                .contains("\r\nAuthorization: Bearer theirs\r\n")
                                .doesNotContain("ours"));
    }

    @Test
    void sendsNothingWithoutCredentials() {
        var server = saying("{}");
        var client = clientShowing(
                () -> {
                    throw new IllegalStateException("no token");
                },
                server.address());

        assertThat(client.call("things", GET))
                .isInstanceOfSatisfying(
                        NotSent.class, unsent -> assertThat(unsent.reason()).contains("no credentials: no token"));
        assertThat(server.connections).hasValue(0);
    }

    @Test
    void returnsRefusalsAsAnswers() {
        var server = server((_, connection) -> connection.say("HTTP/1.1 409 Conflict\nContent-Length: 2\n\n{}"));

        assertThat(client(server.address()).call("things", POST))
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.refused()).isTrue());
    }

    @Test
    void readsChunksAndEmptyAnswersOnOneConnection() {
        var server = server((request, connection) -> {
            if (request.line().startsWith("GET")) {
                connection.say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\n{\"nam\n8\ne\":\"abc\"\n1\n}\n0\n\n");
            } else {
                connection.say("HTTP/1.1 100 Continue\n\nHTTP/1.1 204 No Content\n\n");
            }
        });
        var client = client(server.address());

        for (int i = 0; i < 3; i++) {
            assertThat(client.call("things", GET).orThrow().body().as(Thing.class))
                    .isEqualTo(new Thing("abc"));
            assertThat(client.call("things", POST).orThrow().body().length()).isZero();
        }
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void opensANewConnectionWhereTheServerClosesTheOld() {
        var server = server((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 2\n\n{}");
            connection.close();
        });
        var client = client(server.address());

        for (int i = 0; i < 3; i++) {
            assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
        }
        assertThat(server.connections).hasValue(3);
    }

    @Test
    void takesTheInstancesInTurn() {
        var one = saying("{}");
        var two = saying("{}");
        var client = client(one.address(), two.address());

        IntStream.range(0, 10).forEach(_ -> client.call("things", GET).orThrow());

        assertThat(one.requests).hasSize(5);
        assertThat(two.requests).hasSize(5);
    }

    @Test
    void knowsItsServices() {
        var client = client(ScriptedServer.nobody());

        assertThat(client.knows("things")).isTrue();
        assertThat(client.knows("others")).isFalse();
        assertThat(client.names()).containsExactly("things");
        assertThatExceptionOfType(UnknownServiceException.class)
                .isThrownBy(() -> client.call("others", GET))
                .withMessageContaining("covenant.services.others");
    }

    @Test
    void goesToTheNextInstanceWhenOneRefuses() {
        var alive = saying("{}");
        var client = client(ScriptedServer.nobody(), alive.address());

        for (int i = 0; i < 20; i++) {
            assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
        }
        assertThat(alive.requests).hasSize(20);
    }

    @Test
    void saysThatNothingWasSentWhenAllRefuse() {
        var one = ScriptedServer.nobody();
        var two = ScriptedServer.nobody();

        var answer = client(one, two).call("things", POST);

        assertThat(answer).isInstanceOfSatisfying(NotSent.class, notSent -> {
            assertThat(notSent.service()).isEqualTo("things");
            assertThat(notSent.attempts())
                    .extracting(ServiceAnswer.Attempt::instance)
                    .containsExactlyInAnyOrder(one, two);
            assertThat(notSent.reason()).contains("Connection refused");
        });
        assertThatExceptionOfType(ServiceUnavailableException.class)
                .isThrownBy(answer::orThrow)
                .withMessageContaining("'things'")
                .withMessageContaining(one.toString())
                .satisfies(refused ->
                        assertThat(refused.problem().status().value()).isEqualTo(503));
    }

    @Test
    void saysThatNothingWasSentWhenNoInstanceIsKnown() {
        assertThat(client().call("things", POST)).isInstanceOf(NotSent.class);
    }

    @Test
    void leavesAnInstanceAloneThatHasRefusedUntilTheTimeIsOver() {
        var alive = saying("{}");
        var gone = ScriptedServer.nobody();
        var client = client(
                new ServiceClientProperties(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        16,
                        Duration.ofSeconds(15),
                        Duration.ofMillis(500),
                        DataSize.ofKilobytes(64),
                        "round-robin",
                        null),
                gone,
                alive.address());
        long refused = System.nanoTime();
        client.call("things", GET).orThrow();
        client.call("things", GET).orThrow();

        var back = new ScriptedServer(gone.getPort(), (_, connection) -> connection.answer("{}"));
        open.add(back);
        while (back.requests.isEmpty()) {
            client.call("things", GET).orThrow();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - refused)).isGreaterThan(Duration.ofMillis(500));

        await().untilAsserted(() -> {
            client.call("things", GET).orThrow();
            assertThat(back.requests).hasSizeGreaterThan(5);
        });
    }

    @Test
    void neverCallsAnInstanceTwiceForOneRequest() {
        var one = server((_, connection) -> connection.reset());
        var two = server((_, connection) -> connection.reset());

        assertThat(client(one.address(), two.address()).call("things", GET)).isInstanceOf(Unanswered.class);
        assertThat(one.requests).hasSize(1);
        assertThat(two.requests).hasSize(1);
    }

    @Test
    void saysThatItIsUnknownWhenTheAnswerIsLate() {
        var server = server((_, _) -> Thread.sleep(60_000));
        var client = client(server.address());
        long before = System.nanoTime();

        var answer = client.call("things", POST.within(Duration.ofSeconds(1)));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Unanswered.class,
                        unanswered -> assertThat(unanswered.reason()).contains("no answer in time"));
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(995), Duration.ofSeconds(20));
        assertThatExceptionOfType(ServiceUnansweredException.class)
                .isThrownBy(answer::orThrow)
                .satisfies(unknown ->
                        assertThat(unknown.problem().status().value()).isEqualTo(504));
    }

    @Test
    void countsTheWholeAnswerAgainstTheDeadline() {
        var server = server((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Length: 1000\n\n");
            for (int i = 0; i < 1000; i++) {
                connection.say(" ");
                Thread.sleep(40);
            }
        });
        long before = System.nanoTime();

        var answer = client(server.address()).call("things", GET.within(Duration.ofSeconds(1)));

        assertThat(answer).isInstanceOf(Unanswered.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void doesNotHangOnAServerThatDoesNotRead() throws IOException {
        try (var deaf = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var client = client(URI.create("http://127.0.0.1:" + deaf.getLocalPort()));

            var answer = client.call(
                    "things", ServiceRequest.post("/things", new byte[32 << 20]).within(Duration.ofSeconds(1)));

            assertThat(answer).isInstanceOf(Unanswered.class);
        }
    }

    @Test
    void saysThatItIsUnknownWhenTheConnectionBreaksBeforeTheAnswer() {
        var server = server((_, connection) -> connection.reset());

        assertThat(client(server.address()).call("things", POST)).isInstanceOf(Unanswered.class);
    }

    @Test
    void saysThatItIsUnknownWhenTheConnectionBreaksInsideTheAnswer() {
        for (var start : List.of(
                "HTTP/1.1 200 OK\nContent-Le",
                "HTTP/1.1 200 OK\nContent-Length: 100\n\n{",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\n{\"nam",
                "HTTP/1.1 200 OK\n\n{}",
                "rubbish\n\n")) {
            var server = server((_, connection) -> {
                connection.say(start);
                connection.close();
            });

            assertThat(client(server.address()).call("things", POST)).isInstanceOf(Unanswered.class);
        }
    }

    @Test
    void takesARepeatableRequestToTheNextInstanceWhenTheConnectionBreaks() {
        var broken = server((_, connection) -> connection.reset());
        var alive = saying("{}");
        var client = client(broken.address(), alive.address());

        assertThat(client.call("things", POST.asRepeatable())).isInstanceOf(Answered.class);
        assertThat(client.call("things", POST.asRepeatable())).isInstanceOf(Answered.class);
        assertThat(broken.requests).hasSize(1);
        assertThat(alive.requests).hasSize(2);
    }

    @Test
    void asksAnInstanceLastThatWasSilentTwice() {
        var silent = server((_, _) -> Thread.sleep(60_000));
        var alive = saying("{}");
        var client = client(silent.address(), alive.address());
        var impatient = POST.within(Duration.ofSeconds(5));

        for (int i = 0; i < 20; i++) {
            var _ = client.call("things", impatient);
        }

        assertThat(silent.requests).hasSize(2);
        assertThat(alive.requests).hasSize(18);
    }

    @Test
    void asksAnInstanceLastThatIsStoppedUntilItGoesOn() throws Exception {
        var stopped = new CountDownLatch(1);
        var one = server((_, connection) -> {
            stopped.await();
            connection.answer("{}");
        });
        var two = saying("{}");
        var client = client(
                new ServiceClientProperties(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(20),
                        16,
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(3),
                        DataSize.ofKilobytes(64),
                        "round-robin",
                        null),
                one.address(),
                two.address());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> client.call("things", POST));
            var second = threads.submit(() -> client.call("things", POST));
            await().until(() -> one.requests.size() == 1);
            Thread.sleep(3_100); // longer than it may leave all who wait unanswered

            for (int i = 0; i < 20; i++) {
                assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
            }
            assertThat(one.requests).hasSize(1);

            stopped.countDown();
            assertThat(first.get()).isInstanceOf(Answered.class);
            assertThat(second.get()).isInstanceOf(Answered.class);
        }
        await().untilAsserted(() -> {
            client.call("things", POST).orThrow();
            assertThat(one.requests).hasSizeGreaterThan(6);
        });
    }

    @Test
    void asksThoseThatAreLeftOutWhenNobodyElseIsThere() {
        var silent = server((_, _) -> Thread.sleep(60_000));
        var broken = server((_, connection) -> connection.reset());
        var client = client(silent.address(), broken.address());
        var impatient = POST.within(Duration.ofSeconds(1));

        for (int i = 0; i < 10; i++) {
            assertThat(client.call("things", impatient)).isInstanceOf(Unanswered.class);
        }

        assertThat(silent.requests.size() + broken.requests.size()).isEqualTo(10);
        assertThat(silent.requests).hasSizeGreaterThan(2);
    }

    @Test
    void goesElsewhereWhenAnInstanceAnswersThatItCannot() {
        var sick =
                server((_, connection) -> connection.say("HTTP/1.1 503 Service Unavailable\nContent-Length: 2\n\n{}"));
        var well = saying("{}");
        var client = client(sick.address(), well.address());

        for (int i = 0; i < 20; i++) {
            var _ = client.call("things", POST);
        }

        assertThat(sick.requests).hasSize(2);
        assertThat(well.requests).hasSize(18);
    }

    @Test
    void repeatsOnlyAShareOfTheRequestsWhenAllFail() {
        var one = server((_, connection) -> connection.reset());
        var two = server((_, connection) -> connection.reset());
        var client = client(one.address(), two.address());

        long began = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(client.call("things", GET)).isInstanceOf(Unanswered.class);
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;

        // A fifth, or ten in a second, of every ten seconds: on a slow machine there are several.
        assertThat(one.requests.size() + two.requests.size())
                .isBetween(1_100, (int) (1_200 + (seconds < 9 ? 0 : 10 * (10 + seconds))));
    }

    @Test
    void neverWritesToAConnectionThatTheServerHasClosed() throws Exception {
        var first = saying("{}");
        var client = client(first.address());
        inParallel(8, () -> client.call("things", POST));
        first.close();

        var second = new ScriptedServer(first.port(), (_, connection) -> connection.answer("{}"));
        open.add(second);

        for (int i = 0; i < 20; i++) {
            assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
        }
    }

    @Test
    void refusesAnAnswerThatIsTooLong() {
        var announced = server((_, connection) -> connection.say("HTTP/1.1 200 OK\nContent-Length: 65537\n\n"));
        var endless = server((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
            while (true) {
                connection.say("400\n" + " ".repeat(0x400) + "\n");
            }
        });

        assertThat(client(announced.address()).call("things", GET)).isInstanceOf(Unanswered.class);
        assertThat(client(endless.address()).call("things", GET)).isInstanceOf(Unanswered.class);
    }

    @Test
    void doesNotWaitForAConnectionThatDoesNotComeAbout() throws IOException {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var waiting = new ArrayList<Socket>();
            for (int i = 0; i < 4; i++) {
                var socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 100);
                } catch (IOException _) {
                    break; // the queue is full now
                }
            }
            var alive = saying("{}");
            var client = client(URI.create("http://127.0.0.1:" + full.getLocalPort()), alive.address());

            assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
            assertThat(client.call("things", POST)).isInstanceOf(Answered.class);
            assertThat(alive.requests).hasSize(2);
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void sendsNothingWhenAllConnectionsStayBusy() throws Exception {
        var release = new CountDownLatch(1);
        var server = server((_, connection) -> {
            release.await();
            connection.answer("{}");
        });
        var client = client(
                new ServiceClientProperties(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        2,
                        Duration.ofSeconds(15),
                        Duration.ofMillis(500),
                        DataSize.ofKilobytes(64),
                        "round-robin",
                        null),
                server.address());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = threads.submit(() -> client.call("things", POST));
            var two = threads.submit(() -> client.call("things", POST));
            await().until(() -> server.requests.size() == 2);

            assertThat(client.call("things", POST.within(Duration.ofMillis(100))))
                    .isInstanceOf(NotSent.class);
            assertThat(server.requests).hasSize(2);

            release.countDown();
            assertThat(one.get()).isInstanceOf(Answered.class);
            assertThat(two.get()).isInstanceOf(Answered.class);
        }
    }

    @Test
    void closesConnectionsThatHaveRested() {
        var server = saying("{}");
        var client = client(
                new ServiceClientProperties(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        2,
                        Duration.ofMillis(50),
                        Duration.ofMillis(500),
                        DataSize.ofKilobytes(64),
                        "round-robin",
                        null),
                server.address());

        await().untilAsserted(() -> {
            client.call("things", GET).orThrow();
            Thread.sleep(60);
            client.call("things", GET).orThrow();
            assertThat(server.connections).hasValueGreaterThan(1);
        });
    }

    @Test
    void servesManyThreadsOverFewConnections() throws Exception {
        var server = saying("{\"name\":\"a\"}");
        var client = client(server.address());

        var answers = inParallel(
                2_000, () -> client.call("things", POST).orThrow().body().as(Thing.class));

        assertThat(answers).hasSize(2_000).containsOnly(new Thing("a"));
        assertThat(server.connections.get()).isLessThanOrEqualTo(16);
    }

    @Test
    void losesNoCallWhenOneOfTwoInstancesDies() throws Exception {
        var stable = saying("{}");
        var dying = saying("{}");
        var client = client(stable.address(), dying.address());

        var answers = inParallel(1_000, () -> {
            if (dying.requests.size() == 200) {
                dying.close();
            }
            return client.call("things", GET);
        });

        assertThat(answers).hasSize(1_000).hasOnlyElementsOfType(Answered.class);
    }

    private static <T extends @Nullable Object> List<T> inParallel(int times, java.util.concurrent.Callable<T> task)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(task));
            }
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
