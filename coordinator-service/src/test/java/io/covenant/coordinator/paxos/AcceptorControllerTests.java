package io.covenant.coordinator.paxos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.uuid.Generators;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@RealPostgres
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class AcceptorControllerTests {

    private static final TestDatabase DATABASE = PostgresInstance.shared().create("coordinator");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String BALLOT = "{\"round\":0,\"node\":\"coordinator-1\",\"life\":7}";

    @TempDir
    private static @Nullable Path acceptor;

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    AcceptorControllerTests(@LocalServerPort int port) {
        this.port = port;
    }

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        DATABASE.register(registry::add);
        registry.add("covenant.coordinator.paxos.members.coordinator-1", () -> "http://127.0.0.1:1");
        registry.add("covenant.coordinator.paxos.directory", () -> String.valueOf(acceptor));
        registry.add("covenant.node", () -> "coordinator-1");
    }

    @BeforeEach
    void isAdmitted() {
        await().atMost(Duration.ofSeconds(20)).until(() -> vote("[]").statusCode() == 202);
    }

    @Test
    void takesTheVoteOfABranch() throws Exception {
        var branch = branch("orders");

        assertThat(vote(cast(branch, branch("inventory", branch), branch)).statusCode())
                .isEqualTo(202);

        await().until(() -> isKnown(branch));
    }

    @Test
    void refusesTheVoteOfAStrangerAndTakesNoneThatCameWithIt() throws Exception {
        var branch = branch("orders");
        var other = branch("orders");
        var stranger = branch("shipping", other);

        var refused = vote("[%s,%s]".formatted(one(branch, branch), one(stranger, other)));

        assertProblem(refused, 409, "stranger", "votes[1].gid");
        assertThat(isKnown(branch)).isFalse();
        assertThat(isKnown(other)).isFalse();
    }

    @Test
    void refusesTheVoteOfABranchOfAnotherAttempt() throws Exception {
        var branch = branch("orders");
        var later = new BranchId(branch.transaction(), new Attempt(8), "orders");

        assertProblem(vote("[%s]".formatted(one(later, branch))), 409, "stranger", "votes[0].gid");
        assertThat(isKnown(branch)).isFalse();
    }

    @Test
    void refusesWhatIsNoVote() throws Exception {
        var random = new BranchId(new TransactionId(UUID.randomUUID()), new Attempt(7), "orders");
        var branch = branch("orders");

        assertProblem(vote("[%s]".formatted(one(random, random))), 400, "invalid-value", "votes[0].gid");
        assertProblem(
                vote("[%s]".formatted(one(branch, branch).replaceFirst(branch.gid(), "x"))),
                400,
                "invalid-value",
                "votes[0].gid");
        assertThat(vote(cast(branch, branch, branch("inventory"))).statusCode())
                .as("a plan of two transactions")
                .isEqualTo(400);
        assertThat(post("{\"votes\":7}").statusCode()).isEqualTo(400);
        assertThat(post("{}").statusCode()).isEqualTo(400);
        assertThat(isKnown(branch)).isFalse();
    }

    private static String cast(BranchId who, BranchId... plan) {
        return "[%s]".formatted(one(who, plan));
    }

    private static String one(BranchId who, BranchId... plan) {
        var branches = new StringBuilder();
        for (var branch : plan) {
            branches.append(branches.isEmpty() ? "" : ",")
                    .append("{\"gid\":\"%s\",\"service\":\"s\"}".formatted(branch.gid()));
        }
        return "{\"gid\":\"%s\",\"ballot\":%s,\"plan\":[%s]}".formatted(who.gid(), BALLOT, branches);
    }

    private static BranchId branch(String name) {
        var id = new TransactionId(Generators.timeBasedEpochGenerator().generate());
        return new BranchId(id, new Attempt(7), name);
    }

    private static BranchId branch(String name, BranchId beside) {
        return new BranchId(beside.transaction(), beside.attempt(), name);
    }

    private boolean isKnown(BranchId branch) throws Exception {
        return send(HttpRequest.newBuilder(uri("/api/v1/transactions/" + branch.transaction())))
                        .statusCode()
                == 200;
    }

    private HttpResponse<String> vote(String votes) throws Exception {
        return post("{\"votes\":%s}".formatted(votes));
    }

    private HttpResponse<String> post(String body) throws Exception {
        return send(HttpRequest.newBuilder(uri(HttpPeers.PATH + "/votes"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code, String field) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("code").asString()).isEqualTo(code);
        assertThat(problem.at("/errors/0/field").asString()).isEqualTo(field);
    }
}
