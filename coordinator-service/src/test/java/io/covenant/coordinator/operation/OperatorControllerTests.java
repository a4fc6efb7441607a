package io.covenant.coordinator.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.uuid.Generators;
import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ParticipantServer;
import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@RealPostgres
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class OperatorControllerTests {

    private static final TestDatabase DATABASE = PostgresInstance.shared().create("coordinator");
    private static final ModelParticipants ORDERS_MODEL = new ModelParticipants();
    private static final ModelParticipants INVENTORY_MODEL = new ModelParticipants();
    private static final ParticipantServer ORDERS = new ParticipantServer(ORDERS_MODEL);
    private static final ParticipantServer INVENTORY = new ParticipantServer(INVENTORY_MODEL);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration ENOUGH = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    OperatorControllerTests(@LocalServerPort int port) {
        this.port = port;
    }

    @TempDir
    private static @Nullable Path acceptor;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        DATABASE.register(registry::add);
        registry.add("covenant.coordinator.paxos.members.coordinator-1", () -> "http://127.0.0.1:1");
        registry.add("covenant.coordinator.paxos.directory", () -> String.valueOf(acceptor));
        registry.add("covenant.node", () -> "coordinator-1");
        registry.add("covenant.services.orders", () -> ORDERS.address().toString());
        registry.add("covenant.services.inventory", () -> INVENTORY.address().toString());
    }

    @AfterAll
    static void stop() {
        ORDERS.close();
        INVENTORY.close();
    }

    @BeforeEach
    void honest() {
        ORDERS.onPrepare(_ -> null);
        INVENTORY.onPrepare(_ -> null);
        INVENTORY_MODEL.onFinishRequest(_ -> null);
        INVENTORY_MODEL.onFinish((_, _) -> null);
    }

    private record Answer(int status, JsonNode body) {
        String text(String pointer) {
            return body.at(pointer).asString();
        }
    }

    private Answer call(String method, String path, @Nullable String body, @Nullable String operator) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                .timeout(ENOUGH)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (operator != null) {
            request.header("X-Operator", operator);
        }
        var answer = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
    }

    private Answer get(String path) throws Exception {
        return call("GET", "/admin/transactions" + path, null, null);
    }

    private Answer act(String path, String body) throws Exception {
        return call("POST", "/admin/transactions" + path, body, "olga");
    }

    private Answer order(UUID id) throws Exception {
        return call("POST", "/api/v1/transactions", """
                {"id": "%s", "name": "place-order", "deadlineMillis": 4000, "branches": [
                  {"service": "orders", "operation": "create", "payload": {}},
                  {"service": "inventory", "operation": "reserve", "payload": {}}]}
                """.formatted(id), null);
    }

    private JsonNode doubt(UUID id) throws Exception {
        for (var transaction : get("/in-doubt?olderThan=PT0S").body().path("transactions")) {
            if (transaction.path("id").asString().equals(id.toString())) {
                return transaction;
            }
        }
        return JSON.missingNode();
    }

    private boolean isFinished(UUID id) throws Exception {
        return call("GET", "/api/v1/transactions/" + id, null, null).body().hasNonNull("finishedAt");
    }

    private String state(UUID id) throws Exception {
        return call("GET", "/api/v1/transactions/" + id, null, null).text("/state");
    }

    @Test
    void takesNobodysWordUnderPaxosCommitWhereAllIsAsDecided() throws Exception {
        var id = new UUID((System.currentTimeMillis() << 16) | 0x7000, 0x8000_0000_0000_0001L);
        await().atMost(ENOUGH).until(() -> orderByPaxos(id).status() == 200); // its branches cannot vote, so it aborts
        await().atMost(ENOUGH).until(() -> isFinished(id));

        var answer = act("/%s/branches/inventory/resolve".formatted(id), """
                {"outcome": "COMMITTED", "reason": "corrected"}""");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("/code")).isEqualTo("not-a-hazard");
    }

    @Test
    void showsWhatIsNotOverUnderPaxosCommit() throws Exception {
        ORDERS.onPrepare(this::vote);
        INVENTORY.onPrepare(this::vote);
        INVENTORY_MODEL.onFinishRequest(_ -> new FinishAnswer.Unanswered("out for lunch"));
        var id = Generators.timeBasedEpochGenerator().generate();
        var order = CompletableFuture.supplyAsync(() -> await().atMost(ENOUGH)
                .until(() -> orderUnder("PAXOS_COMMIT", id, ENOUGH), answer -> answer.status() < 300));

        await().atMost(ENOUGH)
                .until(() -> doubt(id).path("why").asString("").equals("not confirmed by inventory")
                        && doubt(id).at("/branches/1/prepared/locks").asInt() == 3);
        var doubt = doubt(id);
        assertThat(doubt.path("protocol").asString()).isEqualTo("PAXOS_COMMIT");
        assertThat(doubt.path("owner").asString()).isEqualTo("coordinator-1");
        assertThat(doubt.path("state").asString()).isEqualTo("COMMITTING");
        assertThat(listed("COMMITTING")).contains(id.toString());

        INVENTORY_MODEL.onFinishRequest(_ -> null);
        act("/%s/retry".formatted(id), "{\"reason\": \"they are back\"}");
        await().atMost(ENOUGH).until(() -> isFinished(id));
        await().until(() -> doubt(id).isMissingNode()); // the acceptor hears of the end a little later
        await().untilAsserted(() -> assertThat(listed("COMMITTED")).contains(id.toString()));
        assertThat(order.join().text("/outcome")).isEqualTo("COMMITTED");
    }

    /// What participants do when they have prepared a branch: they bring its vote to the acceptor.
    private ParticipantServer.@Nullable Answer vote(JsonNode preparation) {
        var part = preparation.path("paxos");
        try {
            var cast = call(
                    "POST",
                    "/internal/v1/acceptor/votes",
                    """
                    {"votes": [{"gid": %s, "ballot": %s, "plan": %s}]}
                    """.formatted(preparation.path("gid"), part.path("ballot"), part.path("plan")),
                    null);
            assertThat(cast.status()).isEqualTo(202);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return null;
    }

    private List<String> listed(String state) throws Exception {
        return call("GET", "/api/v1/transactions?limit=200&state=" + state, null, null)
                .body()
                .path("items")
                .valueStream()
                .map(one -> one.path("id").asString())
                .toList();
    }

    private Answer orderByPaxos(UUID id) throws Exception {
        return orderUnder("PAXOS_COMMIT", id);
    }

    private Answer orderUnder(String protocol, UUID id) throws Exception {
        return orderUnder(protocol, id, Duration.ofSeconds(4));
    }

    private Answer orderUnder(String protocol, UUID id, Duration deadline) throws Exception {
        return call("POST", "/api/v1/transactions", """
                {"id": "%s", "name": "place-order", "protocol": "%s", "deadlineMillis": %d, "branches": [
                  {"service": "orders", "operation": "create", "payload": {}},
                  {"service": "inventory", "operation": "reserve", "payload": {}}]}
                """.formatted(id, protocol, deadline.toMillis()), null);
    }

    @Test
    void showsWhyATransactionIsNotOverAndTriesItAgainWhenTold() throws Exception {
        INVENTORY_MODEL.onFinishRequest(_ -> new FinishAnswer.Unanswered("out for lunch"));
        var id = UUID.randomUUID();
        assertThat(order(id).text("/state")).isEqualTo("COMMITTING");

        await().atMost(ENOUGH).until(() -> doubt(id).path("nextAttemptMillis").asLong() > 500);
        var doubt = doubt(id);
        assertThat(doubt.path("why").asString()).isEqualTo("not confirmed by inventory");
        assertThat(doubt.path("owner").asString()).isEqualTo("coordinator-1");
        assertThat(doubt.at("/branches/1/prepared/locks").asInt()).isEqualTo(3);
        assertThat(doubt.at("/branches/1/prepared/waiters").asInt()).isEqualTo(1);
        assertThat(doubt.at("/branches/0/state").asString()).isEqualTo("COMMITTED");

        INVENTORY_MODEL.onFinishRequest(_ -> null);
        var retried = act("/%s/retry".formatted(id), "{\"reason\": \"they are back\"}");
        assertThat(retried.status()).isEqualTo(200);
        await().atMost(ENOUGH).until(() -> state(id).equals("COMMITTED"));
        assertThat(doubt(id).isMissingNode()).isTrue();
        assertThat(get("/audit?target=" + id).text("/items/0/reason")).isEqualTo("they are back");
        var late = act("/%s/retry".formatted(id), "{\"reason\": \"again\"}");
        assertThat(late.status()).isEqualTo(410);
        assertThat(late.text("/code")).isEqualTo("already-finished");
    }

    @Test
    void findsAPreparedBranchThatNobodyRemembersAndHasItFinished() throws Exception {
        var orphan = new BranchId(new TransactionId(UUID.randomUUID()), new Attempt(7), "inventory");
        INVENTORY_MODEL.askHonestly(Asking.PREPARE, orphan);

        var orphans = get("/in-doubt").body().path("orphans");
        assertThat(orphans).hasSize(1);
        assertThat(orphans.get(0).path("gid").asString()).isEqualTo(orphan.gid());
        assertThat(orphans.get(0).path("service").asString()).isEqualTo("inventory");
        assertThat(orphans.get(0).path("why").asString()).isEqualTo("no coordinator remembers its transaction");

        var finished = act("/finish", """
                {"service": "inventory", "gid": "%s", "reason": "left by a test"}
                """.formatted(orphan.gid()));
        assertThat(finished.text("/result")).isEqualTo("DONE");
        assertThat(INVENTORY_MODEL.branches()).containsEntry(orphan, ModelParticipants.Held.ABORTED);
        assertThat(get("/in-doubt").body().path("orphans")).isEmpty();
        assertThat(get("/audit?limit=1").text("/items/0/action")).isEqualTo("finish");
    }

    @Test
    void findsAReservationThatNobodyRemembersAndHasItGivenBack() throws Exception {
        var orphan = new BranchId(new TransactionId(UUID.randomUUID()), new Attempt(7), "inventory");
        INVENTORY_MODEL.askHonestly(Asking.TRY, orphan);

        var orphans = get("/in-doubt").body().path("orphans");
        assertThat(orphans).hasSize(1);
        assertThat(orphans.get(0).path("gid").asString()).isEqualTo(orphan.gid());
        assertThat(orphans.get(0).path("holding").asString()).isEqualTo("RESERVED");
        assertThat(orphans.get(0).path("why").asString()).isEqualTo("no coordinator remembers its transaction");

        var finished = act("/finish", """
                {"service": "inventory", "gid": "%s", "reason": "left by a test"}
                """.formatted(orphan.gid()));
        assertThat(finished.text("/result")).isEqualTo("DONE");
        assertThat(INVENTORY_MODEL.branches()).containsEntry(orphan, ModelParticipants.Held.ABORTED);
        assertThat(get("/in-doubt").body().path("orphans")).isEmpty();
    }

    @Test
    void showsWhatIsReservedForATransactionThatIsNotOver() throws Exception {
        INVENTORY_MODEL.onFinishRequest(_ -> new FinishAnswer.Unanswered("out for lunch"));
        var id = UUID.randomUUID();
        assertThat(orderUnder("TCC", id).text("/state")).isEqualTo("COMMITTING");

        await().atMost(ENOUGH).until(() -> !doubt(id).isMissingNode());
        var doubt = doubt(id);
        assertThat(doubt.path("why").asString()).isEqualTo("not confirmed by inventory");
        assertThat(doubt.at("/branches/1/prepared/holding").asString()).isEqualTo("RESERVED");
        assertThat(doubt.at("/branches/1/prepared/ageMillis").asLong()).isEqualTo(60_000);
        assertThat(doubt.at("/branches/0/prepared").isObject()).isFalse();

        INVENTORY_MODEL.onFinishRequest(_ -> null);
        act("/%s/retry".formatted(id), "{\"reason\": \"they are back\"}");
        await().atMost(ENOUGH).until(() -> state(id).equals("COMMITTED"));
    }

    @Test
    void settlesAHazardByAPersonsWordUnlessTheEvidenceContradicts() throws Exception {
        INVENTORY_MODEL.onFinish((branch, _) -> new Settled(branch.gid(), Result.HAZARD, null, "the row is gone"));
        var id = UUID.randomUUID();
        var ran = order(id);
        await().atMost(ENOUGH).until(() -> state(id).equals("HAZARD"));
        assertThat(doubt(id).path("why").asString()).contains("inventory", "a person has to look");
        var branch = BranchId.parse(ran.text("/branches/1/gid")).orElseThrow();
        var settle = "/%s/branches/inventory/resolve".formatted(id);
        var committed = "{\"outcome\": \"COMMITTED\", \"reason\": \"counted by hand\"}";

        var prepared = act(settle, committed);
        assertThat(prepared.status()).isEqualTo(409);
        assertThat(prepared.text("/code")).isEqualTo("evidence-contradicts");
        assertThat(prepared.text("/evidence")).isEqualTo("PREPARED");

        INVENTORY_MODEL.lose(branch);
        var settled = act(settle, committed);
        assertThat(settled.status()).isEqualTo(200);
        assertThat(settled.text("/state")).isEqualTo("COMMITTED");
        assertThat(settled.text("/branches/1/state")).isEqualTo("HAZARD");
        assertThat(settled.text("/branches/1/heuristic/outcome")).isEqualTo("COMMITTED");
        assertThat(settled.text("/branches/1/heuristic/by")).isEqualTo("olga");
        assertThat(doubt(id).isMissingNode()).isTrue();
        assertThat(get("/audit?target=" + id).text("/items/0/target")).isEqualTo(id + "/inventory");

        assertThat(act(settle, committed).text("/code")).isEqualTo("not-a-hazard");
    }

    @Test
    void givesAllThatIsKnownOfATransaction() throws Exception {
        var id = UUID.randomUUID();
        order(id);

        var export = get("/%s/export".formatted(id));
        assertThat(export.text("/transaction/outcome")).isEqualTo("COMMITTED");
        assertThat(export.text("/evidence/orders")).isEqualTo("WORK");
        assertThat(export.body().path("acts")).isEmpty();
    }

    @Test
    void findsWhatSomebodyDidToTheAudit() throws Exception {
        assertThat(act("/paused/inventory", "{\"reason\": \"moving house\"}").status())
                .isEqualTo(200);
        assertThat(act("/paused/inventory/resume", "{\"reason\": \"moved\"}").status())
                .isEqualTo(200);
        var whole = get("/audit/check").body();
        assertThat(whole.path("whole").asBoolean()).as(whole.toString()).isTrue();
        assertThat(whole.path("entries").asLong()).isGreaterThanOrEqualTo(2);

        var last = whole.path("entries").asLong();
        asSuperuser("update operator_action set reason = 'nothing' where number = " + last);
        var findings = get("/audit/check").body().path("findings");
        assertThat(findings).hasSize(1);
        assertThat(findings.path(0).path("number").asLong()).isEqualTo(last);
        assertThat(findings.path(0).path("kind").asString()).isEqualTo("CHANGED");

        asSuperuser("update operator_action set reason = 'moved' where number = " + last);
        assertThat(get("/audit/check").body()).isEqualTo(whole);
    }

    private static void asSuperuser(String sql) throws SQLException {
        try (var connection = DATABASE.superuser().getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    @Test
    void leavesAServiceInPeace() throws Exception {
        var paused = act("/paused/inventory", "{\"reason\": \"moving house\"}");
        try {
            assertThat(paused.text("/0/service")).isEqualTo("inventory");
            assertThat(paused.text("/0/operator")).isEqualTo("olga");
            var refused = order(UUID.randomUUID());
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("/code")).isEqualTo("service-paused");
        } finally {
            assertThat(act("/paused/inventory/resume", "{\"reason\": \"moved\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(get("/paused").body()).isEmpty();
        assertThat(order(UUID.randomUUID()).status()).isEqualTo(201);
        assertThat(act("/paused/inventory/resume", "{\"reason\": \"twice\"}").text("/code"))
                .isEqualTo("not-paused");
        var audit = get("/audit?target=inventory&limit=2");
        assertThat(audit.text("/items/0/action")).isEqualTo("resume");
        assertThat(audit.text("/items/1/action")).isEqualTo("pause");
        assertThat(audit.text("/items/1/reason")).isEqualTo("moving house");
    }

    @Test
    void tellsNothingToAPausedServiceAndAllOfItAfterwards() throws Exception {
        INVENTORY_MODEL.onFinishRequest(_ -> new FinishAnswer.Unanswered("out for lunch"));
        var id = UUID.randomUUID();
        order(id);
        act("/paused/inventory", "{\"reason\": \"lunch\"}");
        INVENTORY_MODEL.onFinishRequest(_ -> null);
        try {
            act("/%s/retry".formatted(id), "{\"reason\": \"try\"}");
            assertThat(state(id)).isEqualTo("COMMITTING");
            assertThat(doubt(id).path("why").asString()).contains("its service is paused");
        } finally {
            act("/paused/inventory/resume", "{\"reason\": \"fed\"}");
        }
        await().atMost(ENOUGH).until(() -> state(id).equals("COMMITTED"));
    }

    @Test
    void streamsHowTransactionsChange() throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/admin/transactions/changes".formatted(port)))
                .build();
        var id = UUID.randomUUID();
        var heard = new CompletableFuture<String>();
        try (var lines = client.send(request, BodyHandlers.ofLines()).body()) {
            Thread.startVirtualThread(() -> lines.filter(line -> line.contains(id.toString()))
                    .filter(line -> line.contains("\"COMMITTED\""))
                    .findFirst()
                    .ifPresent(heard::complete));
            order(id);
            assertThat(heard.get(ENOUGH.toSeconds(), TimeUnit.SECONDS)).startsWith("data:");
        }
    }

    @Test
    void wantsToKnowWhoAndWhy() throws Exception {
        var nobody = call("POST", "/admin/transactions/paused/orders", "{\"reason\": \"r\"}", null);
        assertThat(nobody.status()).isEqualTo(400);
        assertThat(nobody.text("/errors/0/field")).isEqualTo("X-Operator");
        assertThat(act("/paused/orders", "{}").text("/errors/0/field")).isEqualTo("reason");
        assertThat(act("/paused/orders", "{\"reason\": \"a\\u0007b\"}").status())
                .isEqualTo(400);
        assertThat(get("/paused").body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /paused/shipping | {"reason": "r"} | 404 | unknown-service
            /00000000-0000-7000-8000-000000000000/retry | {"reason": "r"} | 404 | unknown-transaction
            /00000000-0000-7000-8000-000000000000/branches/orders/resolve | {"outcome": "COMMITTED", "reason": "r"} | 404 | unknown-transaction
            /00000000-0000-7000-8000-000000000000/branches/orders/resolve | {"outcome": "UNDECIDED", "reason": "r"} | 400 | invalid-value
            /finish | {"service": "orders", "gid": "7", "reason": "r"} | 400 | invalid-value
            /finish | {"service": "shipping", "gid": "7", "reason": "r"} | 400 | invalid-value
            """)
    void refusesWhatItCannotDo(String path, String body, int status, String code) throws Exception {
        var refused = act(path, body);
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.text("/code")).isEqualTo(code);
    }
}
