package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.balancing.view.InstanceState;
import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class BalancingTests {

    private static final String ORDERS = "/api/v1/orders";
    private static final String[] KEY = {"Idempotency-Key", "k-1"};

    private Backend one;
    private Backend two;
    private Backend three;
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        one = new Backend("one");
        two = new Backend("two");
        three = new Backend("three");
        gateway = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.services.inventory=" + three.address(),
                "covenant.gateway.balancing.policy=round-robin",
                "covenant.gateway.balancing.slow-start=0s",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.read-wait=20s",
                "covenant.gateway.timeout=30s",
                "covenant.gateway.balancing.ejection=1s");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
        three.close();
    }

    @BeforeEach
    void recover() {
        one.reset();
        two.reset();
        three.reset();
        await().until(() -> {
            for (int i = 0; i < 4; i++) {
                gateway.get(ORDERS);
            }
            gateway.get("/api/v1/stock");
            return !one.requests.isEmpty() && !two.requests.isEmpty() && !three.requests.isEmpty();
        });
        for (var service : List.of("orders", "inventory")) {
            await().untilAsserted(() -> assertThat(
                            gateway.service(service).view().instances())
                    .allSatisfy(each -> {
                        assertThat(each.state()).isEqualTo(InstanceState.AVAILABLE);
                        assertThat(each.inFlight()).isZero();
                    }));
        }
        one.requests.clear();
        two.requests.clear();
        three.requests.clear();
    }

    @Test
    void sharesRequestsExactly() throws Exception {
        var answers = inParallel(400, () -> gateway.get(ORDERS));

        assertThat(answers).hasSize(400).allMatch(answer -> answer.status() == 200);
        assertThat(one.requests).hasSize(200);
        assertThat(two.requests).hasSize(200);
    }

    @Test
    void losesNoGetWhenAnInstanceIsDead() throws Exception {
        one.kill();

        var answers = inParallel(1_000, () -> gateway.get(ORDERS));

        assertThat(answers).hasSize(1_000).allMatch(answer -> answer.status() == 200);
        assertThat(two.requests).hasSize(1_000);
    }

    @Test
    void losesNoKeyedPostWhenAnInstanceIsDead() throws Exception {
        one.kill();
        var number = new AtomicInteger();

        var answers = inParallel(
                1_000, () -> gateway.post(ORDERS, "{\"a\":1}", "Idempotency-Key", "k-" + number.incrementAndGet()));

        assertThat(answers).hasSize(1_000).allMatch(answer -> answer.status() == 200);
        assertThat(two.requests)
                .hasSize(1_000)
                .allMatch(request -> request.body().equals("{\"a\":1}"));
        assertThat(two.requests.stream()
                        .map(request -> request.header("Idempotency-Key"))
                        .distinct())
                .as("each once")
                .hasSize(1_000);
    }

    @Test
    void losesNoGetWhenAnInstanceIsKilledUnderLoadAndComesBack() throws Exception {
        var number = new AtomicInteger();

        var answers = inParallel(3_000, () -> {
            int n = number.incrementAndGet();
            if (n == 500) {
                one.kill();
            } else if (n == 1_500) {
                one.start();
            }
            return gateway.get(ORDERS);
        });

        assertThat(answers).hasSize(3_000).allMatch(answer -> answer.status() == 200);
        one.requests.clear();
        await().untilAsserted(() -> {
            gateway.get(ORDERS);
            assertThat(one.requests).as("the instance that came back").isNotEmpty();
        });
    }

    @Test
    void losesNoKeyedPostWhenAnInstanceIsKilledUnderLoad() throws Exception {
        var number = new AtomicInteger();

        var answers = inParallel(2_000, () -> {
            int n = number.incrementAndGet();
            if (n == 500) {
                one.kill();
            }
            return gateway.post(ORDERS, "{\"a\":1}", "Idempotency-Key", "k-" + n);
        });

        assertThat(answers).hasSize(2_000).allMatch(answer -> answer.status() == 200);
    }

    @Test
    void saysThatNothingWasSentWhenNobodyListens() {
        three.kill();

        gateway.post("/api/v1/stock/A/receipts", "{}").isProblem(503, "no-instance-available");
        gateway.post("/api/v1/stock/A/receipts", "{}", KEY).isProblem(503, "no-instance-available");
        gateway.get("/api/v1/stock").isProblem(503, "no-instance-available");
    }

    @Test
    void takesAPostWithoutKeyToAnotherInstanceWhenNothingWasSent() {
        one.kill();

        for (int i = 0; i < 100; i++) {
            assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(200);
        }
        assertThat(two.requests).hasSize(100);
    }

    @Test
    void findsAnInstanceThatComesBackWithoutARequestHavingToTry() {
        one.kill();
        gateway.get(ORDERS);
        gateway.get(ORDERS);
        one.start();

        await().untilAsserted(() -> {
            assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(200);
            assertThat(one.requests).isNotEmpty();
        });
    }

    @Test
    void passesOverAnInstanceThatIsStoppedUntilItGoesOn() throws Exception {
        var watchful = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.gateway.balancing.policy=round-robin",
                "covenant.gateway.balancing.slow-start=0s",
                "covenant.gateway.balancing.silent-waits=1",
                "covenant.gateway.balancing.silence=3s",
                "covenant.gateway.timeout=30s");
        for (int i = 0; i < 20; i++) {
            assertThat(watchful.get(ORDERS).status()).isEqualTo(200); // the first ones take long
        }
        one.requests.clear();
        two.requests.clear();
        var stopped = new CountDownLatch(1);
        one.behaving((_, connection) -> {
            stopped.await();
            connection.answer("{}");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> watchful.post(ORDERS, "{}"));
            var second = threads.submit(() -> watchful.post(ORDERS, "{}"));
            await().until(() -> one.requests.size() == 1 && two.requests.size() == 1);
            Thread.sleep(4_000); // longer than the silence that ejects, by more than a quarter

            for (int i = 0; i < 20; i++) {
                assertThat(watchful.post(ORDERS, "{}").status()).isEqualTo(200);
            }
            assertThat(one.requests).hasSize(1);

            stopped.countDown();
            assertThat(first.get().status()).isEqualTo(200);
            assertThat(second.get().status()).isEqualTo(200);
        }
        await().untilAsserted(() -> {
            watchful.get(ORDERS);
            assertThat(one.requests).hasSizeGreaterThan(3);
        });
        watchful.close();
    }

    @Test
    void takesAGetToAnotherInstanceWhenTheConnectionBreaks() {
        one.behaving((_, connection) -> connection.reset());
        two.behaving((_, connection) -> connection.answer("{}"));

        for (int i = 0; i < 4; i++) {
            assertThat(gateway.get(ORDERS).status()).isEqualTo(200);
        }
        assertThat(one.requests).hasSize(2);
        assertThat(two.requests).hasSize(4);
    }

    @Test
    void takesAKeyedPostToAnotherInstanceWithTheSameBody() {
        one.behaving((_, connection) -> connection.reset());

        for (int i = 0; i < 2; i++) {
            assertThat(gateway.post(ORDERS, "{\"a\":1}", KEY).status()).isEqualTo(200);
        }
        assertThat(one.requests).hasSize(1);
        assertThat(two.requests).hasSize(2).allMatch(request -> request.body().equals("{\"a\":1}"));
    }

    @Test
    void neverSendsAPostWithoutKeyTwice() {
        one.behaving((_, connection) -> connection.reset());
        two.behaving((_, connection) -> connection.reset());

        var problem = gateway.post(ORDERS, "{}").isProblem(502, "upstream-failed");

        assertThat(problem.json().path("detail").asString()).contains("may have been done or not");
        assertThat(one.requests.size() + two.requests.size()).isEqualTo(1);
    }

    @Test
    void repeatsOnceAndNotForEver() {
        one.behaving((_, connection) -> connection.reset());
        two.behaving((_, connection) -> connection.reset());

        gateway.get(ORDERS).isProblem(502, "upstream-failed");

        assertThat(one.requests).hasSize(1);
        assertThat(two.requests).hasSize(1);
    }

    @Test
    void passesTheRefusalsOfAnInstanceWithoutAskingAnother() {
        for (var status : List.of("404 Not Found", "409 Conflict", "501 Not Implemented")) {
            one.behaving((_, connection) -> connection.say("HTTP/1.1 " + status + "\nContent-Length: 0\n\n"));
            two.behaving((_, connection) -> connection.say("HTTP/1.1 " + status + "\nContent-Length: 0\n\n"));

            assertThat(gateway.get(ORDERS).status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        }
        assertThat(one.requests.size() + two.requests.size()).isEqualTo(3);
    }

    @Test
    void asksAnotherInstanceWhenOneSaysThatItCannot() {
        for (var status : List.of("500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests")) {
            one.behaving((_, connection) -> connection.say(
                    "HTTP/1.1 " + status + "\nX-Bad: 1\nContent-Type: text/plain\nContent-Length: 2\n\nno"));
            for (int i = 0; i < 2; i++) {
                var answer = gateway.get(ORDERS);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.json().path("from").asString()).isEqualTo("two");
                assertThat(answer.header("X-Bad")).isEmpty();
                assertThat(answer.all("Content-Type")).containsExactly("application/json");
            }
        }
        assertThat(one.requests).hasSize(3);
        assertThat(two.requests.getLast().header("X-Covenant-Try")).isIn("", "2");
    }

    @Test
    void passesWhatTheLastOneSaidWhenAllSayThatTheyCannot() {
        for (var backend : List.of(one, two)) {
            backend.behaving((_, connection) ->
                    connection.say("HTTP/1.1 503 Service Unavailable\nRetry-After: 7\nContent-Length: 4\n\nbusy"));
        }

        var answer = gateway.get(ORDERS);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo("busy");
        assertThat(answer.header("Retry-After")).isEqualTo("7");
        assertThat(one.requests.size() + two.requests.size()).isEqualTo(2);
    }

    @Test
    void passesAnErrorOfAPostWithoutKeyAsItIs() {
        one.behaving((_, connection) -> connection.say("HTTP/1.1 500 Oops\nContent-Length: 0\n\n"));
        two.behaving((_, connection) -> connection.say("HTTP/1.1 500 Oops\nContent-Length: 0\n\n"));

        assertThat(gateway.post(ORDERS, "{}").status()).isEqualTo(500);
        assertThat(one.requests.size() + two.requests.size()).isEqualTo(1);
    }

    @Test
    void saysThatAnInstanceSpeaksNonsense() {
        three.behaving((_, connection) -> {
            connection.say("I am not a web server\n\n");
            connection.socket().close();
        });

        gateway.get("/api/v1/stock").isProblem(502, "upstream-failed");
    }

    @Test
    void saysThatNoServiceIsThere() {
        var problem = gateway.get("/api/v1/transactions").isProblem(503, "no-instance-available");

        assertThat(problem.json().path("service").asString()).isEqualTo("coordinator");
    }

    @Test
    void answersHeadAndDelete() {
        assertThat(gateway.send(gateway.request(ORDERS)
                                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                                .build())
                        .status())
                .isEqualTo(200);
        assertThat(gateway.send(gateway.request(ORDERS + "/1").DELETE().build()).status())
                .isEqualTo(200);
    }

    private static List<Answer> inParallel(int times, Callable<Answer> task) throws Exception {
        try (var threads = Executors.newFixedThreadPool(32)) {
            var futures = new ArrayList<Future<Answer>>();
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(task));
            }
            var answers = new ArrayList<Answer>();
            for (var future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
