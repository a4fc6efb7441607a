package io.covenant.coordinator.transaction.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ParticipantServer;
import io.covenant.coordinator.ParticipantServer.Answer;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sagas over HTTP, as clients, services and operators know them.
@RealPostgres
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class SagaControllerTests {

    private static final TestDatabase DATABASE = PostgresInstance.shared().create("coordinator");
    private static final ModelParticipants MODEL = new ModelParticipants();
    private static final ParticipantServer ORDERS = new ParticipantServer(MODEL);
    private static final ParticipantServer INVENTORY = new ParticipantServer(MODEL);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;
    private final int managementPort;

    SagaControllerTests(@LocalServerPort int port, @LocalManagementPort int managementPort) {
        this.port = port;
        this.managementPort = managementPort;
    }

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        DATABASE.register(registry::add);
        registry.add("covenant.node", () -> "coordinator-1");
        registry.add("covenant.coordinator.transactions.default-deadline", () -> "20s");
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
        ORDERS.onStep(_ -> null);
        INVENTORY.onStep(_ -> null);
    }

    private static String order(UUID id) {
        return """
                {"id": "%s", "name": "place-order", "protocol": "SAGA", "branches": [
                  {"service": "inventory", "operation": "reserve", "payload": {"lines": [ {"sku":"Ä-1"} ]}, "compensation": "release",
                   "retries": {"attempts": 2, "firstMillis": 5, "mostMillis": 10}},
                  {"service": "orders", "operation": "create", "payload": {"total": 12.50}, "after": ["inventory"], "pivot": true}]}
                """.formatted(id);
    }

    @Test
    void doesTheStepsAndShowsThem() throws Exception {
        var id = UUID.randomUUID();

        var answer = post("/api/v1/transactions", order(id));

        assertThat(answer.statusCode()).isEqualTo(201);
        var body = json(answer);
        assertThat(body.path("protocol").asString()).isEqualTo("SAGA");
        assertThat(body.path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(body.path("branches").findValuesAsString("state")).containsExactly("DONE", "DONE");
        assertThat(body.path("timeline").findValuesAsString("event"))
                .containsExactly(
                        "begun", "act-sent", "done", "act-sent", "done", "decision-proposed", "decided", "finished");
        assertThat(INVENTORY.payloads().getLast()).isEqualTo("{\"lines\": [ {\"sku\":\"Ä-1\"} ]}");
        assertThat(ORDERS.payloads().getLast()).isEqualTo("{\"total\": 12.50}");
        assertThat(json(get("/api/v1/transactions/" + id + "/outcome"))
                        .path("outcome")
                        .asString())
                .isEqualTo("COMMITTED");
        assertThat(post("/api/v1/transactions", order(id)).statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/transactions", order(id).replace("release", "give-back"))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void answersARefusalAndCompensates() throws Exception {
        INVENTORY.onStep(_ -> problem(409, "out-of-stock"));
        var id = UUID.randomUUID();

        var answer = post("/api/v1/transactions", order(id));

        assertThat(answer.statusCode()).isEqualTo(200);
        var body = json(answer);
        assertThat(body.path("outcome").asString()).isEqualTo("ABORTED");
        assertThat(body.path("refusal").path("branch").asString()).isEqualTo("inventory");
        assertThat(body.path("refusal").path("code").asString()).isEqualTo("out-of-stock");
        assertThat(body.path("branches").get(1).path("state").asString()).isEqualTo("PLANNED");
    }

    @Test
    void showsOperatorsWhatIsStuckAndGoesOnWhenToldTo() throws Exception {
        var id = UUID.randomUUID();
        INVENTORY.onStep(request ->
                request.path("operation").asString().equals("release") ? problem(409, "already-shipped") : null);
        ORDERS.onStep(request -> request.path("operation").asString().equals("create") ? refusal("no-credit") : null);

        var aborted = json(
                post("/api/v1/transactions", order(id).replace("\"pivot\": true", "\"compensation\": \"cancel\"")));

        assertThat(aborted.path("outcome").asString()).isEqualTo("ABORTED");
        await().untilAsserted(
                        () -> assertThat(doubt(id).path("state").asString()).isEqualTo("STUCK"));
        assertThat(doubt(id).path("why").asString())
                .startsWith("failed for good: inventory (tried 1 times: already-shipped")
                .endsWith("a person has to help");
        assertThat(doubt(id).path("attempts").asInt()).isEqualTo(1);
        assertThat(json(get("/api/v1/transactions?state=STUCK")).path("items").findValuesAsString("id"))
                .containsExactly(id.toString());
        await().untilAsserted(() ->
                assertThat(scrape()).contains("covenant_sagas_stuck 1.0").contains("covenant_sagas_raised_total 1.0"));

        INVENTORY.onStep(_ -> null);
        var told = post("/admin/transactions/" + id + "/retry", "{\"reason\":\"the parcel is back\"}");

        assertThat(told.statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(
                        json(get("/api/v1/transactions/" + id)).path("state").asString())
                .isEqualTo("ABORTED"));
        assertThat(json(get("/api/v1/transactions/" + id)).path("timeline").findValuesAsString("event"))
                .containsSubsequence("stuck", "resumed", "undone", "finished");
    }

    @Test
    void hearsOfStepsThatReportLater() throws Exception {
        var id = UUID.randomUUID();
        INVENTORY.onStep(_ -> new Answer(200, "{\"answer\":\"ACCEPTED\"}"));
        var body = order(id)
                .replace("\"firstMillis\": 5, \"mostMillis\": 10", "\"firstMillis\": 60000, \"mostMillis\": 60000");
        var answer = CompletableFuture.supplyAsync(() -> post("/api/v1/transactions", body));
        await().untilAsserted(() -> assertThat(
                        json(get("/api/v1/transactions/" + id)).path("branches").findValuesAsString("state"))
                .containsExactly("ACCEPTED", "PLANNED"));
        var gid = json(get("/api/v1/transactions/" + id))
                .path("branches")
                .get(0)
                .path("gid")
                .asString();

        assertThat(post("/internal/v1/steps/reports", "{\"gid\":\"%s\"}".formatted(gid))
                        .statusCode())
                .isEqualTo(204);

        assertThat(json(answer.join()).path("outcome").asString()).isEqualTo("COMMITTED");
        await("nobody drives it any more")
                .until(() -> post("/internal/v1/steps/reports", "{\"gid\":\"%s\"}".formatted(gid))
                                .statusCode()
                        == 202);
        assertThat(post("/internal/v1/steps/reports", "{\"gid\":\"x\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void asksAgainWhereAServiceDoesNotSay() throws Exception {
        var tries = new AtomicInteger();
        ORDERS.onStep(_ -> switch (tries.getAndIncrement()) {
            case 0 -> new Answer(425, "{\"code\":\"step-running\"}");
            case 1 -> new Answer(503, "{\"code\":\"database-away\"}");
            case 2 -> new Answer(200, "no answer");
            default -> null;
        });

        assertThat(post("/api/v1/transactions", order(UUID.randomUUID())).statusCode())
                .isEqualTo(201);
        assertThat(tries).hasValue(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"name":"a","compensation":"c","after":["b"]},{"name":"b","compensation":"c","after":["a"]} | saga-cyclic            | branches[0].after
                    {"name":"a","compensation":"c","after":["a"]}                                  | saga-cyclic            | branches[0].after
                    {"name":"a","compensation":"c"},{"name":"b","compensation":"c","after":["z"]}  | saga-unknown-step      | branches[1].after
                    {"name":"a","compensation":"c"},{"name":"a","compensation":"c"}                | validation-failed      | branches[1].name
                    {"name":"a","pivot":true},{"name":"b","pivot":true,"after":["a"]}              | saga-two-pivots        | branches[1].pivot
                    {"name":"a","pivot":true},{"name":"b","compensation":"c"}                      | saga-beside-the-pivot  | branches[1].after
                    {"name":"a"}                                                                   | saga-not-compensable   | branches[0].compensation
                    {"name":"a","pivot":true,"compensation":"c"}                                   | saga-never-compensated | branches[0].compensation
                    {"name":"a","pivot":true},{"name":"b","after":["a"],"compensation":"c"}        | saga-never-compensated | branches[1].compensation
                    {"name":"a","compensation":"C D"}                                              | validation-failed      | branches[0].compensation
                    {"name":"a","compensation":7}                                                  | wrong-type             | branches[0].compensation
                    {"name":"a","compensation":"c","after":"b"}                                    | wrong-type             | branches[0].after
                    {"name":"a","compensation":"c","after":[null]}                                 | validation-failed      | branches[0].after[0]
                    {"name":"a","compensation":"c","pivot":"yes"}                                  | wrong-type             | branches[0].pivot
                    {"name":"a","compensation":"c","retries":{"attempts":0}}                       | validation-failed      | branches[0].retries.attempts
                    {"name":"a","compensation":"c","retries":{"attempts":1001}}                    | validation-failed      | branches[0].retries.attempts
                    {"name":"a","compensation":"c","retries":{"firstMillis":60001}}                | validation-failed      | branches[0].retries.firstMillis
                    {"name":"a","compensation":"c","retries":{"mostMillis":3600001}}               | validation-failed      | branches[0].retries.mostMillis
                    {"name":"a","compensation":"c","retries":{"firstMillis":50,"mostMillis":49}}   | validation-failed      | branches[0].retries.mostMillis
                    {"name":"a","compensation":"c","retries":{"withinMillis":86400001}}            | validation-failed      | branches[0].retries.withinMillis
                    {"name":"a","compensation":"c","retries":{"withinMillis":99999999999999999999}} | validation-failed      | branches[0].retries.withinMillis
                    {"name":"a","compensation":"c","retries":{"attempts":"2"}}                     | wrong-type             | branches[0].retries.attempts
                    {"name":"a","compensation":"c","retries":{"often":2}}                          | unknown-field          | branches[0].retries.often
                    {"name":"a","compensation":"c","retries":3}                                    | wrong-type             | branches[0].retries
                    """)
    void refusesWhatIsNoSaga(String steps, String code, String field) throws Exception {
        assertRefused(run("SAGA", "", steps), code, field);
    }

    @Test
    void refusesWhatIsTooLongOrAsksForTurns() throws Exception {
        var many = String.join(",", Collections.nCopies(33, "{\"compensation\":\"c\"}"));
        assertRefused(run("SAGA", "", many), "validation-failed", "branches");
        assertRefused(run("SAGA", "\"inTurn\":true,", "{\"compensation\":\"c\"}"), "validation-failed", "inTurn");
        assertRefused(
                run("SAGA", "\"recovery\":\"SIDEWAYS\",", "{\"compensation\":\"c\"}"), "validation-failed", "recovery");
        assertRefused(
                run("SAGA", "\"recovery\":\"FORWARD\",", "{\"compensation\":\"c\"}"),
                "saga-never-compensated",
                "branches[0].compensation");
        assertRefused(
                run("SAGA", "\"recovery\":\"FORWARD\",", "{\"pivot\":true}"),
                "saga-needless-pivot",
                "branches[0].pivot");
    }

    @Test
    void mayTakeADay() {
        var day = "\"deadlineMillis\":86400000,";
        assertThat(run("SAGA", day, "{\"compensation\":\"c\"}").statusCode()).isEqualTo(201);
        assertRefused(run("TCC", day, "{}"), "validation-failed", "deadlineMillis");
        assertRefused(
                run("SAGA", day.replace("0,", "1,"), "{\"compensation\":\"c\"}"),
                "validation-failed",
                "deadlineMillis");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"compensation":"c"}         | branches[0].compensation
                    {"after":[]}                 | branches[0].after
                    {"pivot":false}              | branches[0].pivot
                    {"retries":{"attempts":3}}   | branches[0].retries
                    """)
    void knowsStepsUnderNoOtherProtocol(String step, String field) throws Exception {
        assertRefused(run("TWO_PHASE", "", step), "validation-failed", field);
        assertRefused(run("TCC", "", step), "validation-failed", field);
        assertRefused(run("TCC", "\"recovery\":\"FORWARD\",", "{}"), "validation-failed", "recovery");
    }

    @Test
    void takesNullsForAbsent() throws Exception {
        var answer = run(
                "TWO_PHASE",
                "\"recovery\":null,",
                "{\"compensation\":null,\"after\":null,\"pivot\":null,\"retries\":null}");

        assertThat(answer.statusCode()).isEqualTo(201);
    }

    // ---- small change

    private static Answer problem(int status, String code) {
        return new Answer(status, "{\"code\":\"%s\",\"detail\":\"For a reason.\"}".formatted(code));
    }

    private static Answer refusal(String code) {
        return new Answer(200, "{\"answer\":\"REFUSED\",\"refusal\":{\"code\":\"%s\"}}".formatted(code));
    }

    private HttpResponse<String> run(String protocol, String more, String steps) {
        var branches = (ArrayNode) JSON.readTree("[" + steps + "]");
        for (var branch : branches) {
            ((ObjectNode) branch).put("service", "orders").put("operation", "o").putObject("payload");
        }
        return post(
                "/api/v1/transactions",
                "{\"name\":\"x\",\"protocol\":\"%s\",%s\"branches\":%s}".formatted(protocol, more, branches));
    }

    private static void assertRefused(HttpResponse<String> answer, String code, String field) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var problem = json(answer);
        assertThat(problem.path("code").asString()).isEqualTo(code);
        assertThat(problem.path("errors").findValuesAsString("field")).contains(field);
    }

    private JsonNode doubt(UUID id) {
        for (var transaction :
                json(get("/admin/transactions/in-doubt?olderThan=PT0S")).path("transactions")) {
            if (transaction.path("id").asString().equals(id.toString())) {
                return transaction;
            }
        }
        return JSON.missingNode();
    }

    private String scrape() {
        return send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/actuator/prometheus".formatted(managementPort))))
                .body();
    }

    private HttpResponse<String> post(String path, String body) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                .header("Content-Type", "application/json")
                .header("X-Operator", "olga")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path))));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }
}
