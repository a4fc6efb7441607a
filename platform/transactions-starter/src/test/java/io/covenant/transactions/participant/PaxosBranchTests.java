package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Branches under Paxos Commit: their votes go to the acceptors.
@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class PaxosBranchTests {

    private static final String WORK = "{\"sku\":\"A\",\"quantity\":2}";

    private final TestDatabase database;
    private final List<JsonNode> votes = new CopyOnWriteArrayList<>();
    private volatile boolean forgotten;

    @SuppressWarnings("NullAway.Init")
    private HttpServer acceptor;

    @SuppressWarnings("NullAway.Init")
    private ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init")
    private Http http;

    @SuppressWarnings("NullAway.Init")
    private Products products;

    PaxosBranchTests(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void start() throws IOException {
        acceptor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        acceptor.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        acceptor.createContext("/internal/v1/acceptor/votes", this::take);
        acceptor.createContext("/api/v1/transactions", this::tell);
        acceptor.start();
        service = SampleService.start(
                database,
                "covenant.services.coordinator=" + address(),
                "covenant.transactions.participant.sweep.enabled=true",
                "covenant.transactions.participant.sweep.interval=200ms",
                "covenant.transactions.participant.sweep.min-age=1s");
        http = new Http(service);
        products = service.getBean(Products.class);
    }

    @BeforeEach
    void fill() {
        database.rollbackPrepared();
        forgotten = false;
        products.deleteAll();
        products.save(new Product("A", 10));
    }

    @AfterAll
    void stop() {
        service.close();
        acceptor.stop(0);
    }

    @Test
    void castsItsVoteWhenItIsPrepared() {
        var branch = branch();

        assertThat(prepare(branch, "take", WORK, false).text("/vote")).isEqualTo("YES");

        await().until(() -> votesOf(branch).size() == 1);
        var vote = votesOf(branch).getFirst();
        assertThat(vote.at("/ballot/node").asString()).isEqualTo("coordinator-1");
        assertThat(vote.at("/ballot/life").asLong()).isEqualTo(-7);
        assertThat(vote.at("/plan/0/gid").asString()).isEqualTo(branch.gid());
        assertThat(database.prepared()).containsExactly(branch.gid());
    }

    @Test
    void castsAgainWhenItIsAskedAgain() {
        var branch = branch();
        prepare(branch, "take", WORK, false);

        assertThat(prepare(branch, "take", WORK, true).text("/vote")).isEqualTo("YES");

        await().until(() -> votesOf(branch).size() == 2);
        assertThat(votesOf(branch).getFirst()).isEqualTo(votesOf(branch).getLast());
    }

    @Test
    void castsNothingWhenItRefuses() {
        var refused = branch();
        var other = branch();

        assertThat(prepare(refused, "take", "{\"sku\":\"A\",\"quantity\":200}", false)
                        .text("/vote"))
                .isEqualTo("NO");
        prepare(other, "take", WORK, false);
        await().until(() -> !votesOf(other).isEmpty());
        assertThat(votesOf(refused)).isEmpty();
    }

    @Test
    void preparesWhatOnlyReads() {
        var branch = branch();

        assertThat(prepare(branch, "look", "{\"sku\":\"A\"}", false).text("/vote"))
                .isEqualTo("YES");
        assertThat(database.prepared()).containsExactly(branch.gid());
    }

    @Test
    void refusesToCallAStranger() {
        var branch = branch();
        var answer =
                http.post("/internal/v1/branches/prepare", request(branch, "take", WORK, false, "http://127.0.0.1:9"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/code")).isEqualTo("unsupported-protocol");
        assertThat(answer.text("/detail")).contains("covenant.services.coordinator", "http://127.0.0.1:9");
        assertThat(database.prepared()).isEmpty();
    }

    /// It is old, and a majority of the coordinators says that all about it is forgotten.
    @Test
    void rollsBackWhatIsForgotten() {
        var branch = branch();
        prepare(branch, "take", WORK, false);

        forgotten = true;

        await().until(() -> isFenced(branch)); // which comes after the rollback
        assertThat(database.prepared()).isEmpty();
        assertThat(products.findById("A").orElseThrow().onHand()).isEqualTo(10);
        assertThat(prepare(branch, "take", WORK, true).text("/refusal/code")).isEqualTo("branch-aborted");
    }

    private boolean isFenced(BranchId branch) {
        return !new JdbcTemplate(database.superuser())
                .queryForList(
                        "select gid from branch_barrier where kind = 'FENCE' and gid = ?", String.class, branch.gid())
                .isEmpty();
    }

    /// Votes come when they come: those of earlier tests are not taken for a branch of this one.
    private List<JsonNode> votesOf(BranchId branch) {
        return votes.stream()
                .filter(vote -> vote.at("/gid").asString().equals(branch.gid()))
                .toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
            request.path("votes").forEach(votes::add);
            exchange.sendResponseHeaders(202, -1);
        }
    }

    private void tell(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(forgotten ? 410 : 503, -1);
        }
    }

    private String address() {
        return "http://127.0.0.1:" + acceptor.getAddress().getPort();
    }

    private Http.Answer prepare(BranchId branch, String operation, String payload, boolean again) {
        return http.post("/internal/v1/branches/prepare", request(branch, operation, payload, again, address()));
    }

    private static String request(BranchId branch, String operation, String payload, boolean again, String acceptor) {
        return """
            {"gid": "%s", "operation": "%s", "deadlineMillis": 20000, "payload": %s,
             "paxos": {"ballot": {"round": 1, "node": "coordinator-1", "life": -7},
                       "plan": [{"gid": "%1$s", "service": "shelf"}],
                       "acceptors": {"coordinator-1": "%5$s"}, "again": %4$s}}
            """.formatted(branch.gid(), operation, payload, again, acceptor);
    }

    private static BranchId branch() {
        var random = UUID.randomUUID();
        var id = new UUID(
                (System.currentTimeMillis() << 16) | 0x7000 | (random.getMostSignificantBits() & 0xfff),
                random.getLeastSignificantBits());
        return new BranchId(
                new TransactionId(id), new Attempt(Long.MIN_VALUE | random.getMostSignificantBits()), "shelf");
    }
}
