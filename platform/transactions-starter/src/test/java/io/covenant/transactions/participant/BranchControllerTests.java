package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(180)
class BranchControllerTests {

    private final TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init")
    private Http http;

    @SuppressWarnings("NullAway.Init")
    private Products products;

    BranchControllerTests(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void start() {
        service = SampleService.start(database);
        http = new Http(service);
        products = service.getBean(Products.class);
    }

    @BeforeEach
    void fill() {
        database.rollbackPrepared();
        products.deleteAll();
        products.save(new Product("A", 10));
        products.save(new Product("B", 10));
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void preparesAndCommits() {
        var branch = branch();
        var vote = prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");

        assertThat(vote.status()).isEqualTo(200);
        assertThat(vote.text("/vote")).isEqualTo("YES");
        assertThat(onHand("A")).isEqualTo(10);

        assertThat(finish("commit", branch)).isEqualTo("DONE");
        assertThat(onHand("A")).isEqualTo(8);
        assertThat(finish("commit", branch)).isEqualTo("DONE");
    }

    @Test
    void preparesAndRollsBack() {
        var branch = branch();
        prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");

        assertThat(finish("rollback", branch)).isEqualTo("DONE");
        assertThat(onHand("A")).isEqualTo(10);
        assertThat(prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}").text("/refusal/code"))
                .isEqualTo("branch-aborted");
    }

    @Test
    void reads() {
        var branch = branch();
        assertThat(prepare(branch, "look", "{\"sku\":\"A\"}").text("/vote")).isEqualTo("READ_ONLY");
        assertThat(database.prepared()).isEmpty();
    }

    @Test
    void finishesManyInTheOrderOfTheRequest() {
        var branches = new ArrayList<BranchId>();
        for (int i = 0; i < 12; i++) {
            products.save(new Product("S" + i, 1));
            var branch = branch();
            branches.add(branch);
            if (i != 5) {
                prepare(branch, "take", "{\"sku\":\"S%d\",\"quantity\":1}".formatted(i));
            }
        }
        var gids = branches.stream().map(b -> '"' + b.gid() + '"').collect(Collectors.joining(","));
        var answer = http.post("/internal/v1/branches/commit", "{\"gids\":[%s]}".formatted(gids));

        assertThat(answer.status()).isEqualTo(200);
        var results = answer.body().get("results");
        assertThat(results).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(results.get(i).get("gid").asString())
                    .isEqualTo(branches.get(i).gid());
            assertThat(results.get(i).get("result").asString()).isEqualTo(i == 5 ? "HAZARD" : "DONE");
        }
    }

    @Test
    void listsWhatIsPrepared() {
        var branch = branch();
        prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");

        var prepared = http.get("/internal/v1/branches/prepared");
        assertThat(prepared.text("/prepared/0/gid")).isEqualTo(branch.gid());
        assertThat(prepared.body().at("/prepared/0/ageMillis").asLong()).isBetween(0L, 10_000L);
        finish("rollback", branch);
        assertThat(http.get("/internal/v1/branches/prepared").body().get("prepared"))
                .isEmpty();
    }

    @Test
    void showsTheLocksOfWhatIsPreparedAndWhoWaitsForThem() throws Exception {
        var first = branch();
        prepare(first, "take", "{\"sku\":\"A\",\"quantity\":2}");
        var waiter = Thread.startVirtualThread(() -> prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":1}"));

        await().atMost(ENOUGH)
                .until(() -> http.get("/internal/v1/branches/prepared")
                                .body()
                                .at("/prepared/0/waiters")
                                .asInt()
                        == 1);
        assertThat(http.get("/internal/v1/branches/prepared")
                        .body()
                        .at("/prepared/0/locks")
                        .asInt())
                .isPositive();
        finish("rollback", first);
        waiter.join();
    }

    @Test
    void showsTheEvidenceOfABranch() {
        var branch = branch();
        assertThat(evidence(branch)).isEqualTo("NONE");
        prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");
        assertThat(evidence(branch)).isEqualTo("PREPARED");
        finish("commit", branch);
        assertThat(evidence(branch)).isEqualTo("WORK");

        var other = branch();
        finish("rollback", other);
        assertThat(evidence(other)).isEqualTo("FENCE");
    }

    private String evidence(BranchId branch) {
        return http.get("/internal/v1/branches/evidence?gid=" + branch.gid()).text("/evidence");
    }

    @Test
    void refusesToShowTheEvidenceOfWhatIsNoBranch() {
        var answer = http.get("/internal/v1/branches/evidence?gid=order-7");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/errors/0/field")).isEqualTo("gid");
    }

    @Test
    void keepsDecimalsAsTheyWereWritten() {
        prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":1,\"price\":12.50}");
        assertThat(service.getBean(SampleService.Operations.class).prices()).contains(new BigDecimal("12.50"));
    }

    @Test
    void countsVotes() {
        var branch = branch();
        prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");
        finish("commit", branch);

        assertThat(Http.metrics(service))
                .contains("covenant_branches_prepare_seconds_count{operation=\"take\",vote=\"YES\"}")
                .contains("covenant_branches_finish_seconds_count{decision=\"COMMIT\",result=\"DONE\"}")
                .contains("covenant_branches_hazards_total")
                .contains("covenant_branches_slots_max 200");
    }

    // NO votes: 200, and the reason.

    @Test
    void votesNoWithTheReasonOfTheMethod() {
        var vote = prepare(branch(), "take", "{\"sku\":\"C\",\"quantity\":2}");
        assertThat(vote.status()).isEqualTo(200);
        assertThat(vote.text("/vote")).isEqualTo("NO");
        assertThat(vote.text("/refusal/code")).isEqualTo("unknown-sku");
        assertThat(vote.text("/refusal/parameters/sku")).isEqualTo("C");
    }

    @Test
    void votesNoAfterTheDeadline() {
        var vote = http.post("/internal/v1/branches/prepare", """
                {"gid":"%s","operation":"take","deadlineMillis":0,"payload":{"sku":"A","quantity":1}}
                """.formatted(branch().gid()));
        assertThat(vote.status()).isEqualTo(200);
        assertThat(vote.text("/refusal/code")).isEqualTo("deadline-passed");
    }

    @Test
    void votesNoToATransactionFromBeforeItsMemory() {
        long millis = Instant.now().minus(Duration.ofDays(8)).toEpochMilli();
        var old = new BranchId(
                new TransactionId(new UUID(millis << 16 | 0x7000, 0x8000000000000001L)), new Attempt(1), "sample");
        var vote = prepare(old, "take", "{\"sku\":\"A\",\"quantity\":1}");
        assertThat(vote.text("/refusal/code")).isEqualTo("transaction-too-old");
        assertThat(database.prepared()).isEmpty();
    }

    @Test
    void votesNoWhenTheMethodOpensASecondTransaction() {
        var vote = prepare(branch(), "take-apart", "{\"sku\":\"A\",\"quantity\":1}");
        assertThat(vote.text("/refusal/code")).isEqualTo("not-preparable");
        assertThat(vote.text("/refusal/detail")).contains("take-apart").contains("REQUIRES_NEW");
        assertThat(onHand("A")).isEqualTo(10);
    }

    // 400s: a definite NO, and nothing has begun.

    @Test
    void refusesAnOperationItDoesNotHave() {
        assertRefused(prepare(branch(), "fly", "{}"), "unknown-operation", "operation");
    }

    @Test
    void refusesAPayloadThatDoesNotBind() {
        assertRefused(
                prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":1,\"colour\":\"red\"}"),
                "unknown-field",
                "payload.colour");
        assertRefused(
                prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":\"1\"}"), "wrong-type", "payload.quantity");
        assertRefused(prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":1.5}"), "wrong-type", "payload.quantity");
        assertRefused(prepare(branch(), "take", "[1]"), "validation-failed", "payload");
        assertRefused(prepare(branch(), "take", "null"), "validation-failed", "payload");
    }

    @Test
    void refusesAPayloadThatBreaksARule() {
        assertRefused(
                prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":0}"), "validation-failed", "payload.quantity");
        assertRefused(prepare(branch(), "take", "{\"quantity\":1}"), "validation-failed", "payload.sku");
    }

    @Test
    void refusesWhatIsNoBranch() {
        var answer = http.post("/internal/v1/branches/prepare", """
                {"gid":"cov1:x","operation":"take","deadlineMillis":1000,"payload":{"sku":"A","quantity":1}}
                """);
        assertRefused(answer, "invalid-value", "gid");
        assertRefused(
                http.post("/internal/v1/branches/commit", "{\"gids\":[\"'; drop table product; --\"]}"),
                "invalid-value",
                "gids[0]");
        assertRefused(http.post("/internal/v1/branches/rollback", "{\"gids\":[]}"), "validation-failed", "gids");
        assertThat(http.post("/internal/v1/branches/rollback", "{}").status()).isEqualTo(400);
        assertThat(http.post("/internal/v1/branches/rollback", "{").status()).isEqualTo(400);
    }

    private static void assertRefused(Http.Answer answer, String code, String field) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/code")).isEqualTo(code);
        assertThat(answer.text("/errors/0/field")).isEqualTo(field);
    }

    // Not known yet.

    @Test
    void says425WhileTheBranchIsBeingWorkedOn() throws InterruptedException {
        var branch = branch();
        var working = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var worker = Thread.ofVirtual()
                .start(() -> service.getBean(BranchExecutor.class).prepare(branch, "take", ENOUGH, _ -> {
                    working.countDown();
                    go.await();
                }));
        working.await();

        var answer = prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":1}");
        assertThat(answer.status()).isEqualTo(425);
        assertThat(answer.text("/code")).isEqualTo("branch-ongoing");
        go.countDown();
        worker.join();
    }

    @Test
    void says503WhileTheDatabaseIsDownAndRecoversByItself() {
        var branch = branch();
        prepare(branch, "take", "{\"sku\":\"A\",\"quantity\":1}");
        database.postgres().stopImmediately();
        assertThat(prepare(branch(), "take", "{\"sku\":\"A\",\"quantity\":1}").status())
                .isEqualTo(503);
        assertThat(finish("commit", branch)).isEqualTo("RETRY");
        assertThat(http.get("/internal/v1/branches/prepared").status()).isEqualTo(503);
        database.postgres().start();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(finish("commit", branch)).isEqualTo("DONE"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(prepare(branch(), "take", "{\"sku\":\"B\",\"quantity\":1}")
                                .status())
                        .isEqualTo(200));
        assertThat(onHand("A")).isEqualTo(9);
    }

    private Http.Answer prepare(BranchId branch, String operation, String payload) {
        return http.post("/internal/v1/branches/prepare", """
                {"gid":"%s","operation":"%s","deadlineMillis":20000,"payload":%s}
                """.formatted(branch.gid(), operation, payload));
    }

    private String finish(String decision, BranchId branch) {
        return http.post("/internal/v1/branches/" + decision, "{\"gids\":[\"%s\"]}".formatted(branch.gid()))
                .text("/results/0/result");
    }

    private int onHand(String sku) {
        return products.findById(sku).orElseThrow().onHand();
    }
}
