package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.FakeGateway.Reply;
import io.covenant.launcher.client.FakeGateway.Request;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WriteTests {

    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    @Test
    void isDoneAtOnce() throws InterruptedException {
        Resolution resolution = resolve(Reply.of(201, "{\"id\": \"1\", \"state\": \"CONFIRMED\"}"));

        assertThat(Placed.of(resolution)).isInstanceOf(Placed.Confirmed.class);
        assertThat(resolution.requests()).isEqualTo(1);
        assertThat(resolution.unknownFor()).isEmpty();
    }

    @Test
    void isRefusedWithTheRule() throws InterruptedException {
        Resolution resolution =
                resolve(Reply.of(409, "{\"code\": \"out-of-stock\", \"detail\": \"There are 2, not 3.\"}"));

        assertThat(Placed.of(resolution))
                .isEqualTo(new Placed.Refused("out-of-stock", "There are 2, not 3. (out-of-stock)", Optional.empty()));
    }

    @Test
    void isAskedForWhereTheAnswerSays() throws InterruptedException {
        Resolution resolution = resolve(
                new Reply(202, "", Map.of("Location", "/api/v1/orders/7")),
                Reply.of(200, "{\"id\": \"7\", \"state\": \"PENDING\"}"),
                Reply.of(200, "{\"id\": \"7\", \"state\": \"CONFIRMED\"}"));

        assertThat(Placed.of(resolution)).isInstanceOf(Placed.Confirmed.class);
        assertThat(resolution.unknownFor()).isPresent();
        assertThat(requests)
                .extracting(request -> request.method() + " " + request.path())
                .containsExactly("POST /api/v1/orders", "GET /api/v1/orders/7", "GET /api/v1/orders/7");
    }

    @Test
    void takesARejectedAttemptForARefusal() throws InterruptedException {
        Resolution resolution = resolve(new Reply(202, "", Map.of("Location", "/api/v1/orders/7")), Reply.of(200, """
                        {"id": "7", "state": "REJECTED", "transaction": "t",
                         "refusal": {"code": "credit-limit-exceeded", "detail": "Too much."}}
                        """));

        assertThat(Placed.of(resolution))
                .isEqualTo(new Placed.Refused("credit-limit-exceeded", "Too much.", Optional.of("t")));
    }

    @Test
    void isSentAgainUnderTheSameKeyWhenTheAnswerIsLost() throws InterruptedException {
        Resolution resolution =
                resolve(Reply.of(0, ""), Reply.of(504, ""), Reply.of(200, "{\"state\": \"CONFIRMED\"}"));

        assertThat(resolution.isKnown()).isTrue();
        assertThat(resolution.unknownFor()).isPresent();
        assertThat(requests).hasSize(3).allMatch(request -> request.key().equals(Optional.of("k")));
    }

    @Test
    void knowsThatNothingWasDoneWhenItIsTurnedAway() throws InterruptedException {
        Resolution resolution =
                resolve(new Reply(503, "", Map.of("Retry-After", "0")), Reply.of(200, "{\"state\": \"CONFIRMED\"}"));

        assertThat(resolution.isKnown()).isTrue();
        assertThat(resolution.unknownFor()).isEmpty();
        assertThat(resolution.requests()).isEqualTo(2);
    }

    @Test
    void staysUnknownWhenPatienceEnds() throws InterruptedException {
        Resolution resolution = resolve(Duration.ofSeconds(1), Reply.of(0, ""));

        assertThat(resolution.isKnown()).isFalse();
        assertThat(Placed.of(resolution)).isInstanceOf(Placed.Unknown.class);
    }

    private Resolution resolve(Reply... replies) throws InterruptedException {
        return resolve(Duration.ofSeconds(30), replies);
    }

    /// The last of these replies is given for ever.
    private Resolution resolve(Duration patience, Reply... replies) throws InterruptedException {
        var script = new ArrayDeque<>(List.of(replies));
        try (var fake = new FakeGateway(request -> {
                    requests.add(request);
                    return Objects.requireNonNull(script.size() > 1 ? script.poll() : script.peek());
                });
                var gateway = new Gateway(fake.uri(), Duration.ofSeconds(20), Credentials.NONE)) {
            var request = new OrderRequest("alice", List.of(new OrderRequest.Line("cup", 2)));
            return request.placing("k").resolve(gateway, patience);
        }
    }
}
