package io.covenant.coordinator.transaction.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.uuid.Generators;
import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.ParticipantServer;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import tools.jackson.databind.node.ObjectNode;

@RealPostgres
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class TransactionControllerTests {

    private static final TestDatabase DATABASE = PostgresInstance.shared().create("coordinator");
    private static final ModelParticipants MODEL = new ModelParticipants();
    private static final ParticipantServer ORDERS = new ParticipantServer(MODEL);
    private static final ParticipantServer INVENTORY = new ParticipantServer(MODEL);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String OF_SPRING_SECURITY = "x-content-type-options";
    private static final Set<String> NOT_COMPARED = Set.of(
            "date",
            "transfer-encoding",
            "content-length",
            OF_SPRING_SECURITY,
            "x-xss-protection",
            "x-frame-options",
            "cache-control",
            "pragma",
            "expires");

    /// Ids, attempts and times.
    private static final Pattern WHATEVER = Pattern.compile(
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[0-9a-z]+)?|\"attempt\":\"[^\"]+\"|\"[0-9-]{10}T[^\"]+Z\"");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final int managementPort;

    TransactionControllerTests(@LocalServerPort int port, @LocalManagementPort int managementPort) {
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
        ORDERS.onPrepare(_ -> null);
        INVENTORY.onPrepare(_ -> null);
    }

    private static String order(String id) {
        return """
                {"id": "%s", "name": "place-order", "branches": [
                  {"service": "orders", "operation": "create", "payload": {"customer": "Zoë", "total": 12.50}},
                  {"service": "inventory", "operation": "reserve", "payload": {"lines": [ {"sku":"A-1"} ]}}]}
                """.formatted(id);
    }

    @Test
    void runsATransactionAndShowsIt() throws Exception {
        var id = UUID.randomUUID();

        var answer = post(order(id.toString()));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/v1/transactions/" + id);
        var body = json(answer);
        assertThat(body.path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(body.path("state").asString()).isEqualTo("COMMITTED");
        assertThat(body.path("branches").get(0).path("gid").asString()).startsWith("cov1:" + id + ":");
        assertThat(body.path("owner").asString()).isEqualTo("coordinator-1");
        assertThat(body.path("timeline").get(0).path("event").asString()).isEqualTo("begun");
        var shown = json(get("/" + id));
        assertThat(shown.path("timeline").size()).isGreaterThan(8);
        assertThat(shown.path("outcome").asString()).isEqualTo("COMMITTED");
    }

    /// Direct answers lack what Spring Security tells browsers, and by that they are known.
    @Test
    void answersDirectlyWhatItAnswersThroughSpring() throws Exception {
        var id = UUID.randomUUID().toString();
        var direct = post(order(id));
        var spring = postThroughSpring(order(UUID.randomUUID().toString()));

        assertThat(direct.headers().map()).doesNotContainKey(OF_SPRING_SECURITY);
        assertThat(spring.headers().map()).containsKey(OF_SPRING_SECURITY);
        assertAlike(direct, spring);
        assertAlike(post(order(id)), postThroughSpring(order(id)));
        assertAlike(
                post(order(id).replace("12.50", "1")),
                postThroughSpring(order(id).replace("12.50", "1")));
    }

    @Test
    void triesAndConfirms() throws Exception {
        var id = UUID.randomUUID().toString();

        var answer = post(under("TCC", order(id)));

        assertThat(answer.statusCode()).isEqualTo(201);
        var body = json(answer);
        assertThat(body.path("protocol").asString()).isEqualTo("TCC");
        assertThat(body.path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(body.path("timeline").findValuesAsString("event")).contains("try-sent", "tried");
        var gid = body.path("branches").get(0).path("gid").asString();
        assertThat(json(get("/" + id + "/outcome?branch=" + gid))
                        .path("outcome")
                        .asString())
                .isEqualTo("COMMITTED");
        assertProblem(post(order(id)), 422, "idempotency-key-reused", "id");
    }

    @Test
    void namesTheProtocolsThatThereAre() throws Exception {
        var answer = post(under("LUCK", order(UUID.randomUUID().toString())));

        assertProblem(answer, 400, "validation-failed", "protocol");
        assertThat(json(answer).path("detail").asString()).contains("TWO_PHASE").contains("TCC");
    }

    @Test
    void commitsASingleBranchInOnePhaseUnderAnIdOfItsOwn() throws Exception {
        var answer = post("""
                {"name": "note", "branches": [{"service": "orders", "operation": "note", "payload": {}}]}
                """);
        var transaction = json(answer);

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(transaction.path("timeline").findValuesAsString("event")).contains("run-sent", "ran");
        assertThat(UUID.fromString(transaction.path("id").asString()).version()).isEqualTo(8);
        assertThat(json(get("/" + transaction.path("id").asString() + "/outcome"))
                        .path("outcome")
                        .asString())
                .isEqualTo("COMMITTED");
    }

    @Test
    void presumesNothingOfAnUnknownIdThatSaysThatItsBranchDecides() throws Exception {
        var random = UUID.randomUUID();
        var id = new UUID((System.currentTimeMillis() << 16) | 0x8000, random.getLeastSignificantBits());

        var answer = get("/" + id + "/outcome");

        assertThat(answer.statusCode()).isEqualTo(410);
        assertThat(json(answer).path("code").asString()).isEqualTo("transaction-not-on-record");
    }

    @Test
    void refusesAnIdOfATimeThatIsForgotten() throws Exception {
        var old = Generators.timeBasedEpochGenerator()
                .construct(System.currentTimeMillis() - Duration.ofDays(9).toMillis());

        assertThat(post(order(old.toString())).statusCode()).isEqualTo(410);
        assertThat(json(get("/" + old + "/outcome")).path("code").asString()).isEqualTo("transaction-forgotten");
        assertThat(get("/" + old).statusCode()).isEqualTo(404);
    }

    private static String under(String protocol, String order) {
        return order.replaceFirst("\"name\"", "\"protocol\": \"%s\", \"name\"".formatted(protocol));
    }

    @Test
    void passesPayloadsOnAsTheyCame() throws Exception {
        var answer = post(order(UUID.randomUUID().toString()).replace("Zoë", "Zoë \uD83D\uDE80 \\u0041"), "r-7");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(ORDERS.payloads().getLast())
                .isEqualTo("{\"customer\": \"Zoë \uD83D\uDE80 \\u0041\", \"total\": 12.50}");
        assertThat(INVENTORY.payloads().getLast()).isEqualTo("{\"lines\": [ {\"sku\":\"A-1\"} ]}");
        assertThat(ORDERS.requestIds().getLast()).isEqualTo("r-7");
    }

    @Test
    void makesAnIdWhenThereIsNone() throws Exception {
        var answer = post(order("x").replace("\"id\": \"x\",", ""));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(UUID.fromString(json(answer).path("id").asString()).version())
                .isEqualTo(7);
    }

    @Test
    void answersTheSameWhenAskedAgain() throws Exception {
        var id = UUID.randomUUID().toString();
        var first = json(post(order(id)));

        var again = post(order(id).replace("  ", " "));

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).path("attempt")).isEqualTo(first.path("attempt"));
    }

    @Test
    void refusesTheSameIdWithAnotherBody() throws Exception {
        var id = UUID.randomUUID().toString();
        post(order(id));

        var other = post(order(id).replace("12.50", "12.51"));

        assertProblem(other, 422, "idempotency-key-reused", "id");
    }

    @Test
    void answersAnAbortWithTheReason() throws Exception {
        INVENTORY.onPrepare(
                _ -> new ParticipantServer.Answer(
                        200,
                        "{\"vote\":\"NO\",\"refusal\":{\"code\":\"out-of-stock\",\"detail\":\"Short.\",\"parameters\":{\"sku\":\"A-1\"}}}"));
        var id = UUID.randomUUID().toString();

        var answer = post(order(id));

        assertThat(answer.statusCode()).isEqualTo(200);
        var body = json(answer);
        assertThat(body.path("outcome").asString()).isEqualTo("ABORTED");
        assertThat(body.path("refusal").path("branch").asString()).isEqualTo("inventory");
        assertThat(body.path("refusal").path("code").asString()).isEqualTo("out-of-stock");
        assertThat(body.path("refusal").path("parameters").path("sku").asString())
                .isEqualTo("A-1");
        assertThat(json(post(order(id))).path("refusal")).isEqualTo(body.path("refusal"));
        awaitFinished(id);
    }

    @Test
    void refusesAnOperationThatTheServiceDoesNotKnow() throws Exception {
        INVENTORY.onPrepare(_ -> new ParticipantServer.Answer(400, """
                {"type":"https://covenant.io/problems/unknown-operation","title":"Unknown operation","status":400,
                 "detail":"operation: must be one of [release, reserve]","code":"unknown-operation",
                 "errors":[{"field":"operation","rule":"must be one of [release, reserve]"}]}
                """));
        var id = UUID.randomUUID();

        var answer = post(order(id.toString()));

        assertProblem(answer, 422, "unknown-operation", "branches[1].operation");
        assertProblem(post(order(id.toString())), 422, "unknown-operation", "branches[1].operation");
        assertThat(json(get("/" + id)).path("outcome").asString()).isEqualTo("ABORTED");
        awaitFinished(id.toString());
        await().untilAsserted(() -> assertThat(MODEL.branches().entrySet().stream()
                        .filter(entry -> entry.getKey().transaction().value().equals(id)))
                .allMatch(entry -> entry.getValue() == Held.ABORTED));
    }

    @Test
    void refusesAProtocolUnderWhichTheServiceDoesNotRunTheBranch() throws Exception {
        INVENTORY.onPrepare(_ -> new ParticipantServer.Answer(400, """
                {"type":"https://covenant.io/problems/unsupported-protocol","title":"Unsupported protocol","status":400,
                 "detail":"operation: 'reserve' does not run under tcc here","code":"unsupported-protocol",
                 "operation":"reserve","mode":"RESERVE",
                 "errors":[{"field":"operation","rule":"does not run under tcc here"}]}
                """));
        var id = UUID.randomUUID();

        var answer = post(under("TCC", order(id.toString())));

        assertProblem(answer, 422, "unsupported-protocol", "branches[1].operation");
        assertThat(json(answer).path("errors")).hasSize(1);
        assertThat(json(get("/" + id)).path("outcome").asString()).isEqualTo("ABORTED");
        assertThat(json(get("/" + id)).path("refusal").path("code").asString()).isEqualTo("unsupported-protocol");
        awaitFinished(id.toString());
    }

    @Test
    void asksAgainWhileTheBranchIsOngoing() throws Exception {
        var tries = new java.util.concurrent.atomic.AtomicInteger();
        ORDERS.onPrepare(_ -> switch (tries.getAndIncrement()) {
            case 0 -> new ParticipantServer.Answer(425, "{\"code\":\"branch-ongoing\"}");
            case 1 -> new ParticipantServer.Answer(503, "{\"code\":\"branch-unknown\"}");
            case 2 -> new ParticipantServer.Answer(200, "no vote");
            default -> null;
        });

        var answer = post(order(UUID.randomUUID().toString()));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(tries).hasValue(4);
    }

    @Test
    void answersAnInquiry() throws Exception {
        var committed = json(post(order(UUID.randomUUID().toString())));
        var id = committed.path("id").asString();
        var gid = committed.path("branches").get(0).path("gid").asString();

        assertThat(json(get("/" + id + "/outcome")).path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(json(get("/" + id + "/outcome?branch=" + gid))
                        .path("outcome")
                        .asString())
                .isEqualTo("COMMITTED");
        assertThat(json(get("/" + id + "/outcome?branch=" + gid.replaceFirst(":[a-z0-9]{5,13}:", ":1:")))
                        .path("outcome")
                        .asString())
                .as("a branch of another attempt")
                .isEqualTo("ABORTED");
        assertProblem(get("/" + UUID.randomUUID() + "/outcome?branch=" + gid), 400, "parameter-invalid", "branch");
        var unknown = UUID.randomUUID();
        assertThat(get("/" + unknown).statusCode()).isEqualTo(404);
        assertThat(json(get("/" + unknown + "/outcome")).path("outcome").asString())
                .isEqualTo("ABORTED");
        assertThat(json(get("/" + unknown)).path("outcome").asString()).isEqualTo("ABORTED");
    }

    @Test
    void listsByKey() throws Exception {
        for (int i = 0; i < 5; i++) {
            post(order(UUID.randomUUID().toString()));
        }

        var first = json(get("?state=COMMITTED&limit=2"));
        var second =
                json(get("?state=COMMITTED&limit=2&after=" + first.path("next").asString()));

        assertThat(first.path("items")).hasSize(2);
        assertThat(second.path("items")).hasSize(2);
        assertThat(second.path("items").get(0).path("id").asString())
                .isLessThan(first.path("items").get(1).path("id").asString());
        assertThat(json(get("?state=VOTING&olderThan=PT5S")).path("items")).isEmpty();
        assertThat(json(get("?olderThan=PT1H")).path("items")).isEmpty();
        assertProblem(get("?state=LOST"), 400, "parameter-invalid", "state");
        assertProblem(get("?limit=0"), 400, "parameter-invalid", "limit");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"name":"x","branches":[]}                                                               | 400 | validation-failed | branches
                    {"name":"x"}                                                                             | 400 | validation-failed | branches
                    {"branches":[{"service":"orders","operation":"a","payload":{}}]}                         | 400 | validation-failed | name
                    {"name":"","branches":[{"service":"orders","operation":"a","payload":{}}]}               | 400 | validation-failed | name
                    {"id":"7","name":"x","branches":[{"service":"orders","operation":"a","payload":{}}]}     | 400 | validation-failed | id
                    {"name":"x","protocol":"LUCK","branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | validation-failed | protocol
                    {"name":"x","deadlineMillis":0,"branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | validation-failed | deadlineMillis
                    {"name":"x","deadlineMillis":-5,"branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | validation-failed | deadlineMillis
                    {"name":"x","deadlineMillis":60001,"branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | validation-failed | deadlineMillis
                    {"name":"x","deadlineMillis":99999999999999999999,"branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | validation-failed | deadlineMillis
                    {"name":"x","deadlineMillis":"5","branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | wrong-type | deadlineMillis
                    {"name":"x","deadlineMillis":1.5,"branches":[{"service":"orders","operation":"a","payload":{}}]} | 400 | wrong-type | deadlineMillis
                    {"name":"x","colour":1,"branches":[{"service":"orders","operation":"a","payload":{}}]}   | 400 | unknown-field | colour
                    {"name":"x","branches":[{"service":"orders","operation":"a","payload":{},"when":1}]}     | 400 | unknown-field | branches[0].when
                    {"name":"x","branches":[{"service":"orders","operation":"a"}]}                           | 400 | validation-failed | branches[0].payload
                    {"name":"x","branches":[{"service":"orders","payload":{}}]}                              | 400 | validation-failed | branches[0].operation
                    {"name":"x","branches":[{"operation":"a","payload":{}}]}                                 | 400 | validation-failed | branches[0].service
                    {"name":"x","branches":[{"service":"orders","operation":"A B","payload":{}}]}            | 400 | validation-failed | branches[0].operation
                    {"name":"x","branches":[{"name":"ü","service":"orders","operation":"a","payload":{}}]}   | 400 | validation-failed | branches[0].name
                    {"name":"x","branches":[{"service":"orders","operation":"a","payload":{}},{"service":"orders","operation":"b","payload":{}}]} | 400 | validation-failed | branches[1].name
                    {"name":"x","branches":[{"service":"shipping","operation":"a","payload":{}}]}            | 422 | unknown-service   | branches[0].service
                    {"name":"x","branches":{"service":"orders"}}                                             | 400 | wrong-type        | branches
                    {"name":"x","branches":[7]}                                                              | 400 | wrong-type        | branches[0]
                    []                                                                                       | 400 | wrong-type        | body
                    """)
    void refusesWhatBreaksARule(String body, int status, String code, String field) throws Exception {
        int before = MODEL.branches().size();

        var answer = post(body);

        assertProblem(answer, status, code, field);
        assertAlike(answer, postThroughSpring(body));
        assertThat(MODEL.branches()).hasSize(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"name":"x",              | malformed-json
                    {"name":"x","name":"y"}   | malformed-json
                    {"name":"x"} {}           | malformed-json
                    hello                     | malformed-json
                    ~~                        | body-missing
                    ~ ~                       | body-missing
                    """)
    void refusesWhatIsNoJson(String body, String code) throws Exception {
        var answer = post(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("code").asString()).isEqualTo(code);
        assertAlike(answer, postThroughSpring(body));
    }

    @Test
    void refusesMoreBranchesThanItTakesAndLongerPayloads() throws Exception {
        int before = MODEL.branches().size();
        assertProblem(post(ofBranches(33)), 400, "validation-failed", "branches");
        assertProblem(post(ofBranches(1000)), 400, "validation-failed", "branches");
        assertProblem(post(under("PAXOS_COMMIT", ofBranches(1000))), 400, "validation-failed", "branches");

        var longest = "\"" + "x".repeat(64 * 1024 - 1) + "\"";
        assertProblem(
                post("{\"name\":\"x\",\"branches\":[{\"service\":\"orders\",\"operation\":\"a\",\"payload\":%s}]}"
                        .formatted(longest)),
                400,
                "validation-failed",
                "branches[0].payload");

        assertThat(post("{\"name\":\"" + "x".repeat(3_000_000) + "\"}").statusCode())
                .isEqualTo(413);
        assertThat(MODEL.branches()).hasSize(before);
    }

    private static String ofBranches(int many) {
        return IntStream.range(0, many)
                .mapToObj("{\"name\":\"b%d\",\"service\":\"orders\",\"operation\":\"a\",\"payload\":{}}"::formatted)
                .collect(Collectors.joining(",", "{\"name\":\"x\",\"branches\":[", "]}"));
    }

    @Test
    void refusesUtf16() throws Exception {
        var request = HttpRequest.newBuilder(uri(""))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        order(UUID.randomUUID().toString()), java.nio.charset.StandardCharsets.UTF_16LE))
                .build();

        var answer = client.send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("code").asString()).isEqualTo("malformed-json");
    }

    @Test
    void refusesAnotherContentType() throws Exception {
        var request = HttpRequest.newBuilder(uri(""))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(order(UUID.randomUUID().toString())))
                .build();

        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
    }

    @Test
    void documentsItsApi() throws Exception {
        var document = json(send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v3/api-docs".formatted(port)))
                .build()));

        assertThat(document.path("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/api/v1/transactions", "/api/v1/transactions/{id}", "/api/v1/transactions/{id}/outcome");
        assertThat(document.path("paths")
                        .path("/api/v1/transactions")
                        .path("post")
                        .path("responses")
                        .propertyNames())
                .contains("200", "201", "202", "400", "422", "503");
    }

    @Test
    void countsAndTellsItsHealth() throws Exception {
        post(order(UUID.randomUUID().toString()));

        var metrics = send(HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:%d/actuator/prometheus".formatted(managementPort)))
                        .build())
                .body();
        var readiness = json(send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/actuator/health/readiness".formatted(managementPort)))
                .build()));

        assertThat(metrics)
                .contains("covenant_transactions_decided_seconds_count{outcome=\"committed\"")
                .contains("covenant_decisions_batch")
                .contains("covenant_backlog_undecided")
                .contains("covenant_transactions_undecided")
                .containsPattern(
                        "covenant_service_client_requests_seconds_count\\{outcome=\"answered\",service=\"orders\","
                                + "status=\"2xx\"\\} [1-9]")
                .containsPattern("covenant_service_client_connections\\{service=\"orders\"\\} [1-9]");
        assertThat(readiness.path("status").asString()).isEqualTo("UP");
        assertThat(readiness.path("components").propertyNames()).contains("protocols");
    }

    /// Then no branch of it comes to those that later tests count.
    private void awaitFinished(String id) {
        await().until(() -> json(get("/" + id)).hasNonNull("finishedAt"));
    }

    private void assertProblem(HttpResponse<String> answer, int status, String code, String field) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(answer).path("code").asString()).isEqualTo(code);
        assertThat(json(answer).path("errors").get(0).path("field").asString()).isEqualTo(field);
    }

    /// What differs between two transactions is not compared, nor how a body is sent.
    private static void assertAlike(HttpResponse<String> direct, HttpResponse<String> spring) {
        assertThat(direct.statusCode()).isEqualTo(spring.statusCode());
        assertThat(compared(direct)).isEqualTo(compared(spring));
        assertThat(withoutWhatDiffers(direct)).isEqualTo(withoutWhatDiffers(spring));
    }

    private static Map<String, String> compared(HttpResponse<String> answer) {
        var headers = new HashMap<String, String>();
        answer.headers()
                .map()
                .forEach((name, values) ->
                        headers.put(name, WHATEVER.matcher(values.toString()).replaceAll("some")));
        NOT_COMPARED.forEach(headers::remove);
        return headers;
    }

    private static String withoutWhatDiffers(HttpResponse<String> answer) {
        var body = json(answer);
        if (body instanceof ObjectNode object) {
            object.remove("timeline");
        }
        return WHATEVER.matcher(body.toString()).replaceAll("some");
    }

    /// A charset is enough to take the way through Spring's filters.
    private HttpResponse<String> postThroughSpring(String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(""))
                .header("Content-Type", "application/json;charset=UTF-8")
                .header("X-Request-Id", "test")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return post(body, "test");
    }

    private HttpResponse<String> post(String body, String requestId) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(""))
                .header("Content-Type", "application/json")
                .header("X-Request-Id", requestId)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:%d/api/v1/transactions%s".formatted(port, path));
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }
}
