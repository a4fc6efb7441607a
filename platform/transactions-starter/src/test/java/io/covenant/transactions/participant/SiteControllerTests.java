package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;

@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class SiteControllerTests {

    private static final String BRANCHES = "/internal/v1/branches/";

    private final TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init")
    private Http http;

    @SuppressWarnings("NullAway.Init")
    private Products products;

    SiteControllerTests(TestDatabase database) {
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
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void preparesPreCommitsAndCommits() {
        var branch = branch();
        assertThat(prepare(branch, "{\"shelf\":\"inventory\"}").text("/vote")).isEqualTo("YES");

        var moved = attempt(branch, 1, "COMMIT", '"' + branch.gid() + '"');
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.text("/answer")).isEqualTo("ACCEPTED");

        assertThat(commit(branch, branch.gid()).text("/results/0/result")).isEqualTo("DONE");
        assertThat(products.findById("A").orElseThrow().onHand()).isEqualTo(8);
        var late = elect(branch, 4);
        assertThat(late.text("/answer")).isEqualTo("ELECTED");
        assertThat(late.text("/standing/position")).isEqualTo("COMMITTED");
        assertThat(late.text("/standing/sealed/0")).isEqualTo(branch.gid());
    }

    @Test
    void tellsWhomItObeys() {
        var branch = branch();
        assertThat(elect(branch, 3).text("/answer")).isEqualTo("ELECTED");

        var refused = elect(branch, 2);
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.text("/code")).isEqualTo("stale-election");
        assertThat(refused.text("/answer")).isEqualTo("REFUSED");
        assertThat(refused.body().at("/standing/lastElected/round").asInt()).isEqualTo(3);
    }

    @Test
    void movesInNoElectionThatIsOver() {
        var branch = branch();
        prepare(branch, "{\"shelf\":\"inventory\"}");
        elect(branch, 3);

        var late = attempt(branch, 1, "COMMIT", '"' + branch.gid() + '"');

        assertThat(late.status()).isEqualTo(412);
        assertThat(late.text("/standing/position")).isEqualTo("WAITING");
        assertThat(elect(branch, 3).text("/standing/position")).isEqualTo("WAITING");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            elect   | {"gid":"nonsense","election":{"round":2,"by":1}}                               | gid
            elect   | {"gid":"GID"}                                                                  | election
            elect   | {"gid":"GID","election":{"round":0,"by":1}}                                    | election
            attempt | {"gid":"GID","election":{"round":1,"by":0},"decision":"COMMIT","sealed":[]}    | sealed
            attempt | {"gid":"GID","election":{"round":1,"by":0},"decision":"ABORT","sealed":["GID"]} | sealed
            attempt | {"gid":"GID","election":{"round":1,"by":0},"decision":"COMMIT","sealed":["x"]} | sealed
            """)
    void refusesWhatIsNoRequest(String path, String body, String field) {
        var answer = http.post(BRANCHES + path, body.replace("GID", branch().gid()));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/errors/0/field")).isEqualTo(field);
    }

    @Test
    void refusesBranchesOfAnotherAttempt() {
        var branch = branch();
        var answer = attempt(branch, 1, "COMMIT", '"' + branch().gid() + '"');
        assertThat(answer.status()).isEqualTo(400);
        assertThat(elect(branch, 2).text("/standing/position")).isEqualTo("WAITING");
    }

    @Test
    void refusesAnElectorateWithoutTheBranch() {
        var answer = prepare(branch(), "{\"orders\":\"orders\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/errors/0/field")).isEqualTo("electorate");
    }

    @Test
    void refusesAnOutcomeThatMeansSomethingElseThanThePath() {
        var branch = branch();
        prepare(branch, "{\"shelf\":\"inventory\"}");
        var other = new BranchId(branch.transaction(), branch.attempt(), "orders");

        assertThat(commit(branch, other.gid()).status()).isEqualTo(400);
        assertThat(products.findById("A").orElseThrow().onHand()).isEqualTo(10);
        assertThat(database.prepared()).hasSize(1);
    }

    @Test
    void takesNoPartInWhatItWouldHaveForgotten() {
        var old = new BranchId(
                new TransactionId(UUID.fromString("01800000-0000-7000-8000-000000000000")), new Attempt(1), "shelf");
        var answer = elect(old, 2);
        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.text("/code")).isEqualTo("transaction-too-old");
    }

    private Http.Answer prepare(BranchId branch, String electorate) {
        return http.post(BRANCHES + "prepare", """
                {"gid":"%s","operation":"take","deadlineMillis":20000,"payload":{"sku":"A","quantity":2},"electorate":%s}
                """.formatted(branch.gid(), electorate));
    }

    private Http.Answer elect(BranchId branch, int round) {
        return http.post(BRANCHES + "elect", """
                {"gid":"%s","election":{"round":%d,"by":1}}
                """.formatted(branch.gid(), round));
    }

    private Http.Answer attempt(BranchId branch, int round, String decision, String sealed) {
        return http.post(BRANCHES + "attempt", """
                {"gid":"%s","election":{"round":%d,"by":0},"decision":"%s","sealed":[%s]}
                """.formatted(branch.gid(), round, decision, sealed));
    }

    private Http.Answer commit(BranchId branch, String sealed) {
        return http.post(BRANCHES + "commit", """
                {"gids":["%s"],"outcomes":{"%s":{"decision":"COMMIT","sealed":["%s"]}}}
                """.formatted(branch.gid(), branch.gid(), sealed));
    }
}
