package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.ENOUGH;
import static io.covenant.transactions.participant.local.Store.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.participant.FakeCoordinator;
import io.covenant.transactions.participant.FakeCoordinator.Reply;
import io.covenant.transactions.participant.Http;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/// A whole service on JPA, asked over HTTP as coordinators ask, with a coordinator to ask in turn.
@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
class LocalControllerTests {

    private final TestDatabase database;
    private final FakeCoordinator coordinator = new FakeCoordinator((_, _) -> new Reply(503, "{}"));
    private final List<String> reported = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init")
    private Http http;

    @SuppressWarnings("NullAway.Init")
    private Products products;

    LocalControllerTests(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void start() {
        service = SampleService.start(
                database,
                "covenant.services.coordinator=" + coordinator.address(),
                "covenant.transactions.participant.sweep.enabled=true",
                "covenant.transactions.participant.sweep.interval=100ms",
                "covenant.transactions.participant.local.holds=300ms");
        http = new Http(service);
        products = service.getBean(Products.class);
    }

    @BeforeEach
    void fill() {
        coordinator.says((_, _) -> new Reply(200, "{\"outcome\":\"UNDECIDED\",\"retryAfterMillis\":50}"));
        products.deleteAll();
        products.save(new Product("A", 10));
    }

    @AfterAll
    void stop() {
        service.close();
        coordinator.close();
    }

    @Test
    void triesAndConfirms() {
        var branch = branch();
        long asked = System.nanoTime();
        var tried = reserve(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");
        long took = Duration.ofNanos(System.nanoTime() - asked).toMillis() + 1;

        assertThat(tried.status()).isEqualTo(200);
        assertThat(tried.text("/answer")).isEqualTo("RESERVED");
        assertThat(tried.body().at("/holdsMillis").asLong()).isBetween(4999L - took, 5000L);
        assertThat(onHand()).isEqualTo(8);
        assertThat(settle("confirm", branch).text("/results/0/result")).isEqualTo("DONE");
        assertThat(onHand()).isEqualTo(8);

        var late = settle("cancel", branch);
        assertThat(late.text("/results/0/result")).isEqualTo("HAZARD");
        assertThat(late.text("/results/0/finding")).isEqualTo("CONFIRMED");
    }

    @Test
    void triesAndCancels() {
        var branch = branch();
        reserve(branch, "take", "{\"sku\":\"A\",\"quantity\":2}");

        assertThat(settle("cancel", branch).text("/results/0/result")).isEqualTo("DONE");

        assertThat(onHand()).isEqualTo(10);
        assertThat(reserve(branch, "take", "{\"sku\":\"A\",\"quantity\":2}").text("/refusal/code"))
                .isEqualTo("branch-cancelled");
    }

    @Test
    void tellsOperatorsWhatIsReserved() {
        var reserved = branch();
        var cancelled = branch();
        reserve(reserved, "take", "{\"sku\":\"A\",\"quantity\":1}");
        reserve(cancelled, "take", "{\"sku\":\"A\",\"quantity\":1}");
        settle("cancel", cancelled);

        var held = http.get("/internal/v1/branches/prepared").body().path("prepared");

        assertThat(held)
                .filteredOn(one -> one.path("gid").asString().equals(cancelled.gid()))
                .isEmpty();
        assertThat(held)
                .filteredOn(one -> one.path("gid").asString().equals(reserved.gid()))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.path("holding").asString()).isEqualTo("RESERVED");
                    assertThat(one.path("ageMillis").asLong()).isBetween(0L, 60_000L);
                    assertThat(one.path("locks").asInt()).isZero();
                });
    }

    @Test
    void showsTheEvidenceOfABranch() {
        var confirmed = branch();
        assertThat(evidence(confirmed)).isEqualTo("NONE");
        reserve(confirmed, "take", "{\"sku\":\"A\",\"quantity\":1}");
        assertThat(evidence(confirmed)).isEqualTo("PREPARED");
        settle("confirm", confirmed);
        assertThat(evidence(confirmed)).isEqualTo("WORK");

        var cancelled = branch();
        settle("cancel", cancelled);
        assertThat(evidence(cancelled)).isEqualTo("FENCE");

        var step = branch();
        step("act", step, "take", "{\"sku\":\"A\",\"quantity\":1}");
        assertThat(evidence(step)).isEqualTo("WORK");
    }

    private String evidence(BranchId branch) {
        return http.get("/internal/v1/branches/evidence?gid=" + branch.gid()).text("/evidence");
    }

    @Test
    void saysThatThereIsNothingToReserve() {
        assertThat(reserve(branch(), "take", "{\"sku\":\"A\",\"quantity\":1000}")
                        .text("/answer"))
                .isEqualTo("NOTHING");
    }

    @Test
    void refusesWithTheReasonOfTheMethod() {
        var refused = reserve(branch(), "take", "{\"sku\":\"C\",\"quantity\":2}");
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.text("/answer")).isEqualTo("REFUSED");
        assertThat(refused.text("/refusal/code")).isEqualTo("unknown-sku");
        assertThat(refused.text("/refusal/parameters/sku")).isEqualTo("C");
    }

    @Test
    void takesAStepAndCompensatesIt() {
        var step = branch();
        assertThat(step("act", step, "take", "{\"sku\":\"A\",\"quantity\":2}").text("/answer"))
                .isEqualTo("DONE");
        assertThat(onHand()).isEqualTo(8);
        assertThat(step("undo", step, "take", "{\"sku\":\"A\",\"quantity\":2}").text("/answer"))
                .isEqualTo("UNDONE");
        assertThat(onHand()).isEqualTo(10);
        assertThat(step("fence", branch(), "take", "{\"sku\":\"A\",\"quantity\":2}")
                        .text("/answer"))
                .isEqualTo("FENCED");
    }

    @Test
    void acceptsAStepAndTellsACoordinatorWhenItIsDone() {
        var step = branch();
        assertThat(step("act", step, "ship", "{\"sku\":\"A\"}").text("/answer")).isEqualTo("ACCEPTED");
        coordinator.says((request, body) -> {
            if (request.equals("POST /internal/v1/steps/reports")) {
                reported.add(body);
                // The first time nobody hears it.
                return new Reply(reported.size() == 1 ? 503 : 204, "");
            }
            return new Reply(503, "{}");
        });

        service.getBean(SampleService.LocalOperations.class).shipped(step, "A");

        await().atMost(ENOUGH).until(() -> !reported.isEmpty());
        assertThat(reported).allMatch(body -> body.contains(step.gid()));
        assertThat(step("act", step, "ship", "{\"sku\":\"A\"}").text("/answer")).isEqualTo("DONE");
        assertThat(onHand()).isEqualTo(9);
        await().atMost(ENOUGH).until(() -> service.getBean(ReportBox.class).waiting() == 0);
        assertThat(reported).hasSize(2);
    }

    @Test
    void asksACoordinatorWhatBecomesOfWhatWasReservedForLongEnough() {
        var branch = branch();
        http.post("/internal/v1/branches/try", """
                {"gid":"%s","operation":"take","deadlineMillis":3000,"payload":{"sku":"A","quantity":2}}
                """.formatted(branch.gid()));
        await().atMost(ENOUGH)
                .until(() -> coordinator.requests().stream().anyMatch(request -> request.contains(branch.gid())));
        assertThat(onHand()).isEqualTo(8);

        coordinator.says((_, _) -> new Reply(200, "{\"outcome\":\"ABORTED\"}"));

        await().atMost(ENOUGH).until(() -> onHand() == 10);
        assertThat(settle("cancel", branch).text("/results/0/result")).isEqualTo("DONE");
    }

    @Test
    void counts() {
        var branch = branch();
        reserve(branch, "take", "{\"sku\":\"A\",\"quantity\":1}");
        settle("confirm", branch);
        step("act", branch(), "take", "{\"sku\":\"A\",\"quantity\":1}");

        assertThat(Http.metrics(service))
                .contains("covenant_branches_try_seconds_count{answer=\"RESERVED\",operation=\"take\"}")
                .contains("covenant_branches_settle_seconds_count{decision=\"COMMIT\",result=\"DONE\"}")
                .contains("covenant_steps_seconds_count{answer=\"DONE\",ask=\"act\",operation=\"take\"}")
                .contains("covenant_branches_reserved ");
    }

    // 400s: a definite refusal, and nothing has begun.

    @Test
    void refusesAnOperationThatDoesNotRunThisWay() {
        var answer = reserve(branch(), "look", "{\"sku\":\"A\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/code")).isEqualTo("unsupported-protocol");
        assertThat(answer.text("/operation")).isEqualTo("look");
        assertThat(answer.text("/mode")).isEqualTo("RESERVE");
        assertThat(answer.text("/detail")).contains("two-phase").contains("@Try");

        var prepared = http.post("/internal/v1/branches/prepare", """
                {"gid":"%s","operation":"ship","deadlineMillis":1000,"payload":{"sku":"A"}}
                """.formatted(branch().gid()));
        assertThat(prepared.status()).isEqualTo(400);
        assertThat(prepared.text("/code")).isEqualTo("unsupported-protocol");
        assertThat(prepared.text("/detail")).contains("sagas").contains("@BranchOperation");

        assertThat(step("undo", branch(), "ship", "{\"sku\":\"A\"}").text("/code"))
                .isEqualTo("unsupported-protocol");
        assertThat(step("act", branch(), "fly", "{}").text("/code")).isEqualTo("unknown-operation");
    }

    @Test
    void refusesAPayloadThatDoesNotFitAndWhatIsNoBranch() {
        var answer = reserve(branch(), "take", "{\"sku\":\"A\",\"quantity\":0}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/errors/0/field")).isEqualTo("payload.quantity");
        assertThat(step("act", branch(), "take", "{\"sku\":\"A\",\"colour\":\"red\"}")
                        .status())
                .isEqualTo(400);
        assertThat(http.post("/internal/v1/branches/confirm", "{\"gids\":[\"x\"]}")
                        .text("/errors/0/field"))
                .isEqualTo("gids[0]");
        assertThat(http.post("/internal/v1/branches/cancel", "{\"gids\":[]}").status())
                .isEqualTo(400);
    }

    private Http.Answer reserve(BranchId branch, String operation, String payload) {
        return http.post("/internal/v1/branches/try", """
                {"gid":"%s","operation":"%s","deadlineMillis":5000,"payload":%s}
                """.formatted(branch.gid(), operation, payload));
    }

    private Http.Answer settle(String how, BranchId branch) {
        return http.post("/internal/v1/branches/" + how, "{\"gids\":[\"%s\"]}".formatted(branch.gid()));
    }

    private Http.Answer step(String ask, BranchId step, String operation, String payload) {
        return http.post("/internal/v1/steps/" + ask, """
                {"gid":"%s","operation":"%s","payload":%s}
                """.formatted(step.gid(), operation, payload));
    }

    private int onHand() {
        var onHand = service.getBean(JdbcTemplate.class)
                .queryForObject("select on_hand from product where sku = 'A'", Integer.class);
        return onHand == null ? -1 : onHand;
    }
}
