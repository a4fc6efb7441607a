package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.FakeCoordinator.Reply;
import io.covenant.transactions.participant.OutcomeInquirer.Answer;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.Topology;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpOutcomeInquirerTests {

    @Test
    void asksForTheOutcomeOfThisBranch() {
        var branch = Shelf.branch();
        try (var coordinator = new FakeCoordinator((_, _) -> new Reply(200, "{\"outcome\":\"COMMITTED\"}"))) {
            assertThat(asked(coordinator, branch.gid())).isEqualTo(new Answer.Decided(Decision.COMMIT));
            assertThat(coordinator.requests())
                    .hasSize(1)
                    .allSatisfy(request -> assertThat(request)
                            .startsWith("GET /api/v1/transactions/")
                            .contains("/outcome?branch=cov1:"));
        }
    }

    @Test
    void readsEveryAnswer() {
        assertThat(answerTo(200, "{\"outcome\":\"ABORTED\"}")).isEqualTo(new Answer.Decided(Decision.ABORT));
        assertThat(answerTo(200, "{\"outcome\":\"UNDECIDED\",\"retryAfterMillis\":1200}"))
                .isEqualTo(new Answer.Undecided(Duration.ofMillis(1200)));
        assertThat(answerTo(200, "{\"outcome\":\"UNDECIDED\"}")).isInstanceOf(Answer.Undecided.class);
    }

    @Test
    void takesNothingElseForADecision() {
        assertThat(answerTo(200, "{\"outcome\":\"MAYBE\"}")).isInstanceOf(Answer.Silent.class);
        assertThat(answerTo(200, "{}")).isInstanceOf(Answer.Silent.class);
        assertThat(answerTo(200, "hello")).isInstanceOf(Answer.Silent.class);
        assertThat(answerTo(404, "{\"outcome\":\"ABORTED\"}")).isInstanceOf(Answer.Silent.class);
        assertThat(answerTo(503, "{}")).isInstanceOf(Answer.Silent.class);
        assertThat(answerTo(-1, "")).isInstanceOf(Answer.Silent.class);
    }

    @Test
    void hearsNothingWhereNobodyIs() {
        try (var services = client(List.of(URI.create("http://127.0.0.1:1")))) {
            assertThat(new HttpOutcomeInquirer(services, "coordinator", Duration.ofSeconds(1))
                            .outcomeOf(Shelf.branch()))
                    .isInstanceOf(Answer.Silent.class);
            assertThat(new HttpOutcomeInquirer(services, "nobody", Duration.ofSeconds(1)).outcomeOf(Shelf.branch()))
                    .isInstanceOf(Answer.Silent.class);
        }
    }

    private static Answer answerTo(int status, String body) {
        try (var coordinator = new FakeCoordinator((_, _) -> new Reply(status, body))) {
            return asked(coordinator, Shelf.branch().gid());
        }
    }

    private static Answer asked(FakeCoordinator coordinator, String gid) {
        try (var services = client(List.of(URI.create(coordinator.address())))) {
            return new HttpOutcomeInquirer(services, "coordinator", Duration.ofSeconds(20))
                    .outcomeOf(io.covenant.transactions.BranchId.parse(gid).orElseThrow());
        }
    }

    private static ServiceClient client(List<URI> coordinators) {
        return new ServiceClient(
                new Topology("test", Map.of("coordinator", coordinators)),
                ServiceClientProperties.defaults(),
                StrictJson.mapper());
    }
}
