package io.covenant.web.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.web.Http;
import io.covenant.web.SampleService;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class RefusalTests {

    private static final String GOOD = """
            {"customer": "alice", "lines": [{"sku": "A-1", "quantity": 2, "price": 12.50}]}""";

    @LocalServerPort
    int port;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void takesWhatIsRightAndKeepsItExactly() {
        var answer = http.post("/orders", GOOD);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"price\":12.50");
    }

    @Test
    void tellsTheFiguresOfARefusal() {
        var problem = http.get("/out-of-stock").isProblem(409, "out-of-stock").json();

        assertThat(problem.path("title").asString()).isEqualTo("Out of stock");
        assertThat(problem.path("detail").asString()).isEqualTo("Only 2 of A-1 are left.");
        assertThat(problem.path("instance").asString()).isEqualTo("/out-of-stock");
        assertThat(problem.path("sku").asString()).isEqualTo("A-1");
        assertThat(problem.path("available").asInt()).isEqualTo(2);
    }

    @Test
    void namesEveryFieldThatBreaksARule() {
        var problem =
                http.post("/orders", """
                        {"customer": " ", "lines": [{"sku": "A-1", "quantity": 0}, {"sku": "", "quantity": 1000001}]}""").isProblem(400, "validation-failed").json();

        assertThat(problem.path("errors").valueStream().map(Object::toString))
                .containsExactlyInAnyOrder(
                        "{\"field\":\"customer\",\"rule\":\"must not be blank\"}",
                        "{\"field\":\"lines[0].quantity\",\"rule\":\"must be greater than or equal to 1\"}",
                        "{\"field\":\"lines[1].sku\",\"rule\":\"must not be blank\"}",
                        "{\"field\":\"lines[1].quantity\",\"rule\":\"must be less than or equal to 1000000\"}");
    }

    @Test
    void speaksOneLanguageWhateverTheClientSpeaks() {
        http.post(
                        "/orders",
                        "{\"customer\": \"\", \"lines\": [{\"sku\": \"a\", \"quantity\": 1}]}",
                        "Accept-Language",
                        "de")
                .isProblem(400, "validation-failed")
                .naming("customer", "must not be blank");
    }

    @Test
    void listsOnlyTheFirstOfVeryManyViolations() {
        var lines = IntStream.range(0, 100)
                .mapToObj(_ -> "{\"sku\": \"\", \"quantity\": 1}")
                .collect(Collectors.joining(","));
        var problem = http.post("/orders", "{\"customer\": \"a\", \"lines\": [" + lines + "]}")
                .isProblem(400, "validation-failed")
                .json();

        assertThat(problem.path("errors").size()).isEqualTo(50);
        assertThat(problem.path("errorsOmitted").asInt()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"customer": 5, "lines": []}                                       | customer          | must be a string
            {"customer": true, "lines": []}                                    | customer          | must be a string
            {"customer": "a", "lines": {}}                                     | lines             | must be an array
            {"customer": "a", "lines": [5]}                                    | lines[0]          | must be an object
            {"customer": "a", "lines": [{"sku": "x", "quantity": "5"}]}        | lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": 1.5}]}        | lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": 2.0}]}        | lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": true}]}       | lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": 99999999999}]}| lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": 99999999999999999999}]}| lines[0].quantity | must be an integer between -2147483648 and 2147483647
            {"customer": "a", "lines": [{"sku": "x", "quantity": 1, "price": "1.50"}]}| lines[0].price | must be a number of usual size
            {"customer": "a", "lines": [{"sku": "x", "quantity": 1, "price": 1e999999999}]}| lines[0].price | must be a number of usual size
            {"customer": "a", "lines": [], "colour": "BLUE"}                   | colour            | must be one of RED, GREEN
            {"customer": "a", "lines": [], "colour": 1}                        | colour            | must be one of RED, GREEN
            {"customer": "a", "lines": [], "colour": ""}                       | colour            | must be one of RED, GREEN
            {"customer": "a", "lines": [], "id": "not-a-uuid"}                 | id                | must be a UUID
            {"customer": "a", "lines": [], "id": ""}                           | id                | must be a UUID
            {"customer": "a", "lines": [], "at": "yesterday"}                  | at                | must be an ISO-8601 date or time
            {"customer": "a", "lines": [], "express": "true"}                  | express           | must be true or false
            {"customer": "a", "lines": [], "express": 1}                       | express           | must be true or false
            []                                                                 | body              | must be an object
            "text"                                                             | body              | must be an object
            5                                                                  | body              | must be an object
            """)
    void namesTheFieldOfAWrongTypeAndTheRightOne(String body, String field, String rule) {
        http.post("/orders", body).isProblem(400, "wrong-type").naming(field, rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"customer\": \"a\", \"lines\": [{\"sku\": \"x\"}]}",
                "{\"customer\": \"a\", \"lines\": [{\"sku\": \"x\", \"quantity\": null}]}"
            })
    void asksForANumberThatIsMissing(String body) {
        http.post("/orders", body).isProblem(400, "validation-failed").naming("lines[0].quantity", "must be present");
    }

    @Test
    void passesOnTheRuleOfAValue() {
        http.post("/orders", "{\"customer\": \"a\", \"lines\": [], \"size\": {\"value\": \"four\"}}")
                .isProblem(400, "invalid-value")
                .naming("size", "must have three letters");
    }

    @Test
    void namesAnUnknownField() {
        http.post("/orders", "{\"customer\": \"a\", \"lines\": [{\"sku\": \"x\", \"quantity\": 1, \"colr\": 1}]}")
                .isProblem(400, "unknown-field")
                .naming("lines[0].colr", "is not known here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"customer\": \"secret",
                "{\"customer\": \"secret\",}",
                "{customer: \"secret\"}",
                "{\"customer\": \"secret\"} {}",
                "{\"customer\": \"secret\", \"customer\": \"b\"}",
                "{\"customer\": \"sec\u0000ret\"}",
                "secret",
                "{\"lines\": NaN}",
            })
    void refusesWhatIsNotJsonWithoutRepeatingIt(String body) {
        var answer = http.post("/orders", body).isProblem(400, "malformed-json");

        assertThat(answer.text()).doesNotContain("secret");
        assertThat(answer.json().path("detail").asString()).contains("line 1, column ");
    }

    @Test
    void refusesJsonThatIsTooDeep() {
        http.post("/trees", "[".repeat(5000)).isProblem(400, "malformed-json");
    }

    @Test
    void keepsNumbersInTreesExactly() {
        assertThat(http.post("/trees", "{\"a\":12.50,\"b\":1234567890123456789.123456789}")
                        .text())
                .isEqualTo("{\"a\":12.50,\"b\":1234567890123456789.123456789}");
    }

    @Test
    void refusesANumberInATreeThatNobodyCouldWrite() {
        http.post("/trees", "{\"a\":{\"b\":[1,1e999999999]}}").isProblem(400, "malformed-json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "  "})
    void asksForAMissingBody(String body) {
        http.post("/orders", body).isProblem(400, "body-missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "rubbish"})
    void refusesAnotherContentType(String type) {
        var problem = http.post("/orders", GOOD, "Content-Type", type).isProblem(415, "unsupported-media-type");

        assertThat(problem.json().path("supported").toString()).isEqualTo("[\"application/json\"]");
    }

    @Test
    void refusesABodyWithoutContentType() {
        http.send(http.request("/orders")
                        .POST(HttpRequest.BodyPublishers.ofString(GOOD))
                        .build())
                .isProblem(415, "unsupported-media-type");
    }

    @Test
    void tellsThatItCannotAnswerInThatType() {
        http.post("/orders", GOOD, "Accept", "application/xml").isProblem(406, "not-acceptable");
    }

    @Test
    void tellsWhichMethodsThereAre() {
        var answer = http.send(http.request("/orders/1").DELETE().build()).isProblem(405, "method-not-allowed");

        assertThat(answer.header("Allow")).isEqualTo("GET");
        assertThat(answer.json().path("allowed").toString()).isEqualTo("[\"GET\"]");
    }

    @Test
    void refusesAMissingHeader() {
        http.get("/header").isProblem(400, "header-missing").naming("X-Tenant", "must be present");
    }

    @Test
    void refusesABlankHeader() {
        http.get("/header", "X-Tenant", " ")
                .isProblem(400, "validation-failed")
                .naming("X-Tenant", "must not be blank");
    }

    @Test
    void refusesAMissingParameter() {
        http.get("/orders").isProblem(400, "parameter-missing").naming("page", "must be present");
    }

    @ParameterizedTest
    @CsvSource({
        "page=x,page,must be an integer between -2147483648 and 2147483647",
        "page=5&limit=0,limit,must be between 1 and 200",
        "page=5&limit=201,limit,must be between 1 and 200",
        "page=5&limit=many,limit,must be between 1 and 200",
        "page=5&colour=blue,colour,'must be one of RED, GREEN'"
    })
    void refusesAParameterThatCannotBe(String query, String parameter, String rule) {
        http.get("/orders?" + query).isProblem(400, "parameter-invalid").naming(parameter, rule);
    }

    @Test
    void refusesAParameterThatBreaksARule() {
        http.get("/orders?page=2")
                .isProblem(400, "validation-failed")
                .naming("page", "must be greater than or equal to 3");
    }

    @Test
    void refusesAPathVariableThatCannotBe() {
        http.get("/orders/one").isProblem(400, "parameter-invalid").naming("id", "must be a UUID");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "/orders/1/2/3",
                "/error",
                "/index.html",
                "/favicon.ico",
                "/actuator/env",
                "/actuator/shutdown"
            })
    void knowsNothingElse(String path) {
        http.get(path).isProblem(404, "unknown-path");
    }

    @Test
    void refusesABodyOverTheLimitByItsAnnouncedLength() {
        var answer = http.post("/orders", " ".repeat(256 * 1024 + 1)).isProblem(413, "body-too-large");

        assertThat(answer.json().path("maxBytes").asInt()).isEqualTo(256 * 1024);
    }

    @Test
    void refusesABodyOverTheLimitThatComesInChunks() {
        var endless = HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[300_000]));
        http.send(http.request("/orders", "Content-Type", "application/json")
                        .POST(endless)
                        .build())
                .isProblem(400, "malformed-json"); // NUL bytes: the parser gives up before the limit

        var spaces = " ".repeat(300_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        http.send(http.request("/orders", "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(spaces)))
                        .build())
                .isProblem(413, "body-too-large");

        var inside = ("{\"customer\": \"" + "x".repeat(300_000) + "\"}")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        http.send(http.request("/orders", "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(inside)))
                        .build())
                .isProblem(413, "body-too-large");
    }

    @Test
    void takesABodyJustUnderTheLimit() {
        assertThat(http.post("/orders", GOOD + " ".repeat(256 * 1024 - GOOD.length()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void hidesWhatABugSaysAndLogsIt() {
        var answer = http.get("/bug").isProblem(500, "internal-error");

        assertThat(answer.text()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "08001", "57P01", "57P02", "57P03", "53300"})
    void saysThatTheDatabaseIsAwayAndWhenToComeBack(String state) {
        var answer = http.get("/database/" + state).isProblem(503, "database-unavailable");

        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.text()).doesNotContain("10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"55P03", "40001", "40P01", "57014"})
    void saysThatOthersWereFirstAndWhenToComeBack(String state) {
        var answer = http.get("/database/" + state).isProblem(503, "database-contended");

        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void callsAnyOtherDatabaseErrorABug() {
        http.get("/database/42601").isProblem(500, "internal-error");
    }

    @Test
    void answersAMalformedRequestLine() {
        http.raw("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n").isProblem(400, "bad-request");
        http.raw("GET /<script> HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .isProblem(400, "bad-request");
    }

    @Test
    void answersAnEncodedSlashInThePath() {
        http.raw("GET /orders%2F1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .isProblem(400, "bad-request");
    }

    @Test
    void answersHeadersThatAreTooLong() {
        http.raw("GET /header HTTP/1.1\r\nHost: x\r\nX-Tenant: " + "x".repeat(20_000) + "\r\n\r\n")
                .isProblem(400, "bad-request");
    }

    @Test
    void answersAMissingHost() {
        http.raw("GET /header HTTP/1.1\r\nConnection: close\r\n\r\n").isProblem(400, "bad-request");
    }
}
