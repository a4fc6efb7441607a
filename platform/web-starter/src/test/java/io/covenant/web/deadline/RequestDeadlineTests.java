package io.covenant.web.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.ScriptedServer;
import io.covenant.web.Http;
import io.covenant.web.SampleService;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.ServiceRequest;
import io.covenant.web.services.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@Timeout(30)
@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class RequestDeadlineTests {

    private static final ServiceRequest GET = ServiceRequest.get("/things");
    private static final Pattern PASSED_ON = Pattern.compile("X-Deadline-Millis: (\\d+)\r\n");

    @LocalServerPort
    int port;

    private Http.Answer asked(String deadline) {
        return new Http(port).get("/deadline", "X-Deadline-Millis", deadline);
    }

    @Test
    void isWhatTheSenderStillWaits() {
        assertThat(Long.parseLong(asked("60000").text())).isBetween(50_000L, 60_000L);
        assertThat(new Http(port).get("/deadline").text()).isEqualTo("none");
    }

    @Test
    void boundsOnlyWhatWouldTakeLonger() {
        var deadline =
                new RequestDeadline(System.nanoTime() + Duration.ofSeconds(5).toNanos());

        deadline.bound(() -> {
            assertThat(RequestDeadline.within(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(2));
            return assertThat(RequestDeadline.within(Duration.ofMinutes(2))).isLessThanOrEqualTo(Duration.ofSeconds(5));
        });
        assertThat(RequestDeadline.within(Duration.ofMinutes(2))).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "0", "-1", "1.5", "", "99999999999999999999"})
    void refusesWhatIsNoNumberOfMilliseconds(String deadline) {
        asked(deadline).isProblem(400, "bad-deadline");
    }

    @Test
    void endsCallsOnBehalfOfTheRequestAndIsPassedOn() {
        try (var silent = new ScriptedServer((_, _) -> Thread.sleep(60_000));
                var client = new ServiceClient(
                        new Topology("test-1", Map.of("things", List.of(silent.address()))),
                        ServiceClientProperties.defaults(),
                        StrictJson.mapper())) {
            long before = System.nanoTime();
            var deadline = new RequestDeadline(before + Duration.ofSeconds(3).toNanos());

            deadline.bound(() -> assertThat(client.call("things", GET)).isInstanceOf(ServiceAnswer.Unanswered.class));

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
            var told = PASSED_ON.matcher(silent.requests.getFirst().toString());
            assertThat(told.find()).isTrue();
            assertThat(Long.parseLong(told.group(1))).isBetween(1L, 3_000L);
        }
    }

    @Test
    void isNotMadeUpWhereThereIsNone() {
        try (var server = new ScriptedServer((_, connection) -> connection.answer("{}"));
                var client = new ServiceClient(
                        new Topology("test-1", Map.of("things", List.of(server.address()))),
                        ServiceClientProperties.defaults(),
                        StrictJson.mapper())) {
            client.call("things", GET).orThrow();

            assertThat(server.requests.getFirst().toString()).doesNotContain("X-Deadline-Millis");
        }
    }
}
