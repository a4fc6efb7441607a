package io.covenant.web.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.ScriptedServer;
import io.covenant.web.json.StrictJson;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class CallMetricsTests {

    private static final ServiceRequest GET = ServiceRequest.get("/things");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScriptedServer server = new ScriptedServer((_, connection) -> connection.answer("{}"));
    private final ServiceClient client = client(server.address());

    private ServiceClient client(URI... instances) {
        return new ServiceClient(
                new Topology("test-1", Map.of("things", List.of(instances), "nobody", List.of())),
                ServiceClientProperties.defaults(),
                StrictJson.mapper(),
                registry,
                null);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private long calls(String service, String outcome, String status) {
        return registry.get("covenant.service.client.requests")
                .tags("service", service, "outcome", outcome, "status", status)
                .timer()
                .count();
    }

    private double connections() {
        return registry.get("covenant.service.client.connections")
                .tag("service", "things")
                .gauge()
                .value();
    }

    @ParameterizedTest
    @CsvSource({"200, 2xx", "304, 3xx", "409, 4xx", "503, 5xx", "999, other"})
    void countAnswersByTheClassOfTheirStatus(int status, String statusClass) {
        server.follow((_, connection) -> connection.say("HTTP/1.1 %d Said\nContent-Length: 0\n\n".formatted(status)));

        var _ = client.call("things", GET);

        assertThat(calls("things", "answered", statusClass)).isEqualTo(1);
        assertThat(registry.find("covenant.service.client.requests").timers().stream()
                        .mapToLong(timer -> timer.count())
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void countWhatWasNotSent() {
        server.close();

        var _ = client.call("things", GET);
        var _ = client.call("nobody", GET);

        assertThat(calls("things", "not-sent", "none")).isEqualTo(1);
        assertThat(calls("nobody", "not-sent", "none")).isEqualTo(1);
    }

    @Test
    void countWhatWasNotAnsweredAndHowLongThatTook() {
        server.follow((_, connection) -> connection.close());

        var _ = client.call("things", GET);

        var timer = registry.get("covenant.service.client.requests")
                .tags("service", "things", "outcome", "unanswered")
                .timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(java.util.concurrent.TimeUnit.NANOSECONDS)).isPositive();
    }

    @Test
    void countOneCallOnceHoweverManyInstancesItTakes() {
        try (var patient = client(ScriptedServer.nobody(), server.address())) {
            var _ = patient.call("things", GET);
            var _ = patient.call("things", GET);
        }

        assertThat(calls("things", "answered", "2xx")).isEqualTo(2);
        assertThat(calls("things", "not-sent", "none")).isZero();
    }

    @Test
    void tellHowManyConnectionsAreOpen() throws InterruptedException {
        assertThat(connections()).isZero();
        var asked = new CountDownLatch(2);
        var answers = new CountDownLatch(1);
        server.follow((_, connection) -> {
            asked.countDown();
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            connection.answer("{}");
        });

        var one = Thread.startVirtualThread(() -> client.call("things", GET));
        var other = Thread.startVirtualThread(() -> client.call("things", GET));
        asked.await();
        assertThat(connections()).isEqualTo(2);
        answers.countDown();
        one.join();
        other.join();

        assertThat(connections()).isEqualTo(2); // at rest
        client.close();
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    @Test
    void countAConnectionThatRanOutOfTimeAsClosedOnce() {
        server.follow((_, _) -> {});

        var _ = client.call("things", GET.within(Duration.ofMillis(50)));

        await().untilAsserted(() -> assertThat(connections()).isZero());
    }
}
