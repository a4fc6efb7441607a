package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.balancing.view.InstanceState;
import io.covenant.balancing.view.InstanceView;
import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.ScriptedServer.Script;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Three instances, of which some behave badly. The gateway is patient, however slow this machine is, but where it is
/// patience that a test is about.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class FaultTests {

    private static final String ORDERS = "/api/v1/orders";
    private static final Script SILENT = (_, _) -> Thread.sleep(60_000);

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private final Backend three = new Backend("three");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = gateway("20s", "0s", "500ms");
    }

    /// @param wait     how long it lets an instance be silent on a request
    /// @param silence  how long it lets one answer nothing
    /// @param ejection of one that it has had enough of
    private RunningGateway gateway(String wait, String silence, String ejection, String... more) {
        var settings = Stream.of(
                "covenant.services.orders="
                        + Stream.of(one, two, three).map(Backend::address).collect(Collectors.joining(",")),
                "covenant.gateway.timeout=40s",
                "covenant.gateway.balancing.read-wait=" + wait,
                "covenant.gateway.balancing.write-wait=" + wait,
                "covenant.gateway.balancing.silence=" + silence,
                "covenant.gateway.balancing.silent-waits=1",
                "covenant.gateway.balancing.ejection=" + ejection,
                "covenant.gateway.balancing.slow-start=0s");
        return RunningGateway.with(Stream.concat(settings, Stream.of(more)).toArray(String[]::new));
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
        for (var backend : List.of(one, two, three)) {
            backend.kill(); // whoever is still silent
            backend.reset();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            gateway.get(ORDERS);
            return instances().stream()
                    .allMatch(each -> each.state() == InstanceState.AVAILABLE && each.inFlight() == 0);
        });
        one.requests.clear();
        two.requests.clear();
        three.requests.clear();
    }

    private List<InstanceView> instances() {
        return gateway.service("orders").view().instances();
    }

    private InstanceView first() {
        return instances().getFirst();
    }

    private int asked() {
        return one.requests.size() + two.requests.size() + three.requests.size();
    }

    private void nothingIsInFlight() {
        await().untilAsserted(() ->
                assertThat(gateway.service("orders").view().inFlight()).isZero());
    }

    @Test
    void losesNoGetWhenOneOfThreeIsKilledAndComesBack() {
        var answers = Load.of(3_000, 16, number -> {
            if (number == 500) {
                one.kill();
            } else if (number == 2_000) {
                one.start();
            }
            return gateway.get(ORDERS);
        });

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        nothingIsInFlight();
    }

    /// A restart of one after the other: the first is well again, and nobody knows it yet.
    @Test
    void asksWhoIsEjectedWhenNobodyElseIsLeft() {
        try (var unforgiving = gateway("20s", "0s", "60s", "covenant.gateway.balancing.policy=round-robin")) {
            one.behaving((_, connection) -> connection.reset());
            await().until(() -> {
                assertThat(unforgiving.get(ORDERS).status()).isEqualTo(200);
                return unforgiving
                                .service("orders")
                                .view()
                                .instances()
                                .getFirst()
                                .state()
                        == InstanceState.EJECTED;
            });
            one.reset();
            two.behaving((_, connection) -> connection.reset());
            three.behaving((_, connection) -> connection.reset());

            assertThat(unforgiving.get(ORDERS).status()).isEqualTo(200);
            assertThat(unforgiving
                            .post(ORDERS, "{}", "Idempotency-Key", "to whoever is left")
                            .status())
                    .isEqualTo(200);
            unforgiving.post(ORDERS, "{}").isProblem(502, "upstream-failed");
        }
    }

    @Test
    void asksTheOneThatIsLeftWhenTheInstanceLeavesTheServiceAndBreaksOff() {
        var service = gateway.service("orders");
        var all = service.cluster().instances();
        for (var backend : List.of(one, two)) {
            backend.behaving((_, connection) -> {
                service.found(List.of(all.getLast()));
                connection.reset();
            });
        }
        for (int i = 0; i < 20; i++) {
            service.found(all);
            assertThat(gateway.get(ORDERS).status()).isEqualTo(200);
        }
        service.found(all);
    }

    @Test
    void leavesWhoSaysNothingAsSoonAsTheOtherOneIsNotEjectedAnyLonger() {
        try (var patient = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "," + two.address(),
                "covenant.gateway.timeout=40s",
                "covenant.gateway.balancing.policy=round-robin",
                "covenant.gateway.balancing.read-wait=1s",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.ejection=4s")) {
            two.behaving((_, connection) -> connection.reset());
            await().until(() -> {
                assertThat(patient.get(ORDERS).status()).isEqualTo(200);
                return patient.service("orders").view().instances().getLast().state() == InstanceState.EJECTED;
            });
            two.reset();
            one.behaving(SILENT);

            assertThat(patient.get(ORDERS).text()).contains("two");
        }
    }

    @Test
    void losesNoRequestThatMayBeRepeatedWhenOneOfThreeSaysNothing() {
        var impatient = gateway("8s", "5s", "20s");
        for (int i = 0; i < 20; i++) {
            assertThat(impatient.get(ORDERS).status()).isEqualTo(200); // the first ones take long
        }
        for (var backend : List.of(one, two, three)) {
            backend.requests.clear();
        }
        one.behaving(SILENT);

        var answers = Load.of(
                600,
                16,
                number -> number % 2 == 0
                        ? impatient.get(ORDERS)
                        : impatient.post(ORDERS, "{}", "Idempotency-Key", "silent-" + number));

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(Stream.of(two, three)
                        .flatMap(backend -> backend.requests.stream())
                        .map(request -> request.header("Idempotency-Key"))
                        .filter(Predicate.not(String::isEmpty)))
                .hasSize(300)
                .doesNotHaveDuplicates();
        assertThat(one.requests).as("requests to the silent one").hasSizeLessThan(60);
        await().untilAsserted(() ->
                assertThat(impatient.service("orders").view().inFlight()).isZero());
        impatient.close();
    }

    @Test
    void losesNoRequestThatMayBeRepeatedWhenOneOfThreeFailsEveryTime() {
        one.behaving((_, connection) -> connection.say("HTTP/1.1 500 Oops\nContent-Length: 0\n\n"));

        var answers = Load.of(600, 16, _ -> gateway.get(ORDERS));

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(first().outcomes())
                .hasEntrySatisfying(
                        "SERVER_ERROR", failures -> assertThat(failures).isPositive());
        assertThat(one.requests).as("requests to the one that fails").hasSizeLessThan(60);
        nothingIsInFlight();
    }

    @Test
    void goesElsewhereWhenOneOfThreeIsOverloadedAndEjectsNobody() {
        int ejections = first().ejections();
        one.behaving((_, connection) -> connection.say("HTTP/1.1 429 Slow down\nContent-Length: 0\n\n"));

        var answers = Load.of(300, 8, _ -> gateway.get(ORDERS));

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(first().state()).isEqualTo(InstanceState.AVAILABLE);
        assertThat(first().ejections()).isLessThanOrEqualTo(ejections);
    }

    @Test
    void neverRepeatsWhatWasAnsweredInPartAndEjectsWhoBreaksOff() {
        one.behaving((_, connection) -> {
            connection.say("HTTP/1.1 200 OK\nContent-Length: 100000\n\n" + "x".repeat(30_000));
            Thread.sleep(50);
            connection.reset();
        });
        int broken = 0;
        for (int i = 0; i < 200; i++) {
            try {
                assertThat(gateway.sendOrFail(gateway.request(ORDERS).GET().build())
                                .status())
                        .isEqualTo(200);
            } catch (IOException _) {
                broken++;
            }
        }

        assertThat(broken).isEqualTo(one.requests.size()).isBetween(1, 20);
        assertThat(asked()).isEqualTo(200);
        nothingIsInFlight();
    }

    @Test
    void forgetsNoRequestWhoseClientGoesAway() throws Exception {
        for (var backend : List.of(one, two, three)) {
            backend.behaving(SILENT);
        }
        var sockets = new ArrayList<Socket>();
        for (int i = 0; i < 200; i++) {
            var socket = gateway.connect();
            socket.getOutputStream()
                    .write(("GET " + ORDERS + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            sockets.add(socket);
        }
        await().until(() -> gateway.service("orders").view().inFlight() > 50);
        for (var socket : sockets) {
            socket.close();
        }

        nothingIsInFlight();
    }

    @Test
    void countsAStreamUntilItsEndAndItsLatencyUntilItsHead() throws Exception {
        var watchful = gateway("20s", "2s", "500ms");
        var end = new CountDownLatch(1);
        for (var backend : List.of(one, two, three)) {
            backend.behaving((_, connection) -> {
                connection.say(
                        "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\n\n2\nhi\n");
                end.await();
                connection.say("0\n\n");
            });
        }
        long asked = System.nanoTime();
        try (var client = watchful.connect()) {
            client.getOutputStream()
                    .write(("GET " + ORDERS + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(9))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("HTTP/1.1 ");
            var untilItsHead = Duration.ofNanos(System.nanoTime() - asked);
            Thread.sleep(2_500); // longer than the silence that ejects

            assertThat(watchful.service("orders").view().inFlight()).isEqualTo(1);
            end.countDown();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("hi");
            await().untilAsserted(() ->
                    assertThat(watchful.service("orders").view().inFlight()).isZero());
            assertThat(watchful.service("orders").view().instances()).allSatisfy(each -> {
                assertThat(each.state()).isEqualTo(InstanceState.AVAILABLE);
                assertThat(each.latency()).isLessThanOrEqualTo(untilItsHead);
            });
        }
        watchful.close();
    }

    @Test
    void tellsTheInstanceHowMuchTimeIsLeft() {
        gateway.get(ORDERS, "X-Deadline-Millis", "20000");
        gateway.get(ORDERS, "X-Deadline-Millis", "999999");

        assertThat(Stream.of(one, two, three)
                        .flatMap(backend -> backend.requests.stream())
                        .map(request -> Integer.parseInt(request.header("X-Deadline-Millis"))))
                .hasSize(2)
                .allMatch(left -> left > 0 && left <= 40_000)
                .anyMatch(left -> left <= 20_000);
        gateway.get(ORDERS, "X-Deadline-Millis", "soon").isProblem(400, "bad-deadline");
    }

    @Test
    void keepsADeadlineThatAClientSetsAndBlamesNobodyForIt() {
        for (var backend : List.of(one, two, three)) {
            backend.behaving(SILENT);
        }
        var before = outcomes("TIMED_OUT");

        for (int i = 0; i < 20; i++) {
            gateway.get(ORDERS, "X-Deadline-Millis", "50").isProblem(504, "upstream-timeout");
        }

        assertThat(outcomes("TIMED_OUT")).isEqualTo(before);
        assertThat(instances()).allMatch(each -> each.state() == InstanceState.AVAILABLE);
        nothingIsInFlight();
    }

    private long outcomes(String outcome) {
        return instances().stream()
                .mapToLong(each -> each.outcomes().getOrDefault(outcome, 0L))
                .sum();
    }

    @Test
    void tellsWhyItDecidedAsItDid() {
        gateway.get(ORDERS, "X-Request-Id", "why-1");
        await().untilAsserted(() -> {
            gateway.get(ORDERS, "X-Request-Id", "why-1");
            assertThat(gateway.service("orders").decisions().last()).anySatisfy(made -> {
                assertThat(made.request()).isEqualTo("why-1");
                assertThat(made.decision().policy()).isEqualTo("least-loaded");
                assertThat(made.decision().considered()).hasSize(3);
            });
        });
    }
}
