package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.Scopes;
import io.covenant.testing.BadTokens;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.testing.TestIssuer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.onephase.OnePhaseAttempts;
import io.covenant.transactions.participant.RawHttp.Answer;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/// Sends the same to a participant that answers directly and to one that leaves everything to Spring, and compares
/// status, headers and body.
///
/// A direct answer is known by what it lacks: the headers by which Spring Security protects browsers.
@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class DirectDifferenceTests {

    private static final String BRANCHES = "/internal/v1/branches/";
    private static final String STEPS = "/internal/v1/steps/";
    private static final String JSON = "Content-Type: application/json";
    private static final String OF_SPRING_SECURITY = "x-content-type-options";

    /// What differs from one answer to the next, or says how a body is sent; and what browsers are told.
    private static final List<String> NOT_COMPARED = List.of(
            "date",
            "transfer-encoding",
            "content-length",
            OF_SPRING_SECURITY,
            "x-xss-protection",
            "x-frame-options",
            "cache-control",
            "pragma",
            "expires");

    private static final Pattern GID = Pattern.compile("GID([0-9])(\\w*)");
    private static final Pattern MADE_ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}");
    private static final Pattern TIME_LEFT = Pattern.compile("\"holdsMillis\":[0-9]+");

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final String GOOD = ISSUER.serviceToken(Scopes.BRANCHES_DRIVE);
    private static final String KNOWN = "Authorization: Bearer " + GOOD;

    private static final String LOOK = prepare("look", "{\"sku\":\"A\"}");

    private final Side spring;
    private final Side direct;

    DirectDifferenceTests(@DatabaseOf("spring") TestDatabase spring, @DatabaseOf("direct") TestDatabase direct) {
        this.spring = new Side("spring", spring);
        this.direct = new Side("direct", direct);
    }

    /// One of the two participants.
    private static final class Side {

        private final String name;
        private final TestDatabase database;

        @SuppressWarnings("NullAway.Init")
        private ConfigurableApplicationContext service;

        @SuppressWarnings("NullAway.Init")
        private RawHttp http;

        /// What the placeholders of a test stand for.
        private final Map<String, String> gids = new HashMap<>();

        Side(String name, TestDatabase database) {
            this.name = name;
            this.database = database;
        }

        void start(boolean answersDirectly) {
            service = SampleService.start(
                    database,
                    "covenant.web.direct.enabled=" + answersDirectly,
                    "covenant.security.mode=enforced",
                    "covenant.security.issuer=" + ISSUER.uri(),
                    "covenant.security.remembered=10m",
                    "covenant.web.max-body-size=20KB");
            http = new RawHttp(Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
        }

        void fill() {
            database.rollbackPrepared();
            gids.clear();
            var products = service.getBean(Products.class);
            products.deleteAll();
            products.save(new Product("A", 10));
        }

        int onHand() {
            return service.getBean(Products.class).findById("A").orElseThrow().onHand();
        }

        BranchId branch(String placeholder) {
            return BranchId.parse(filled(placeholder)).orElseThrow();
        }

        /// Two participants on one server of PostgreSQL must not prepare the same.
        String filled(String text) {
            return GID.matcher(text)
                    .replaceAll(match -> Matcher.quoteReplacement(gids.computeIfAbsent(
                            match.group(), _ -> made(match.group(2)).gid())));
        }

        private BranchId made(String kind) {
            var random = TransactionIds.next().value();
            return switch (kind) {
                case "ONEPHASE" ->
                    new BranchId(
                            new TransactionId(new UUID(
                                    (random.getMostSignificantBits() & ~0xf000L) | 0x8000L,
                                    random.getLeastSignificantBits())),
                            OnePhaseAttempts.only(),
                            name);
                case "OLD" -> {
                    long millis = Instant.now().minus(Duration.ofDays(8)).toEpochMilli();
                    yield new BranchId(
                            new TransactionId(new UUID((millis << 16) | 0x7000, random.getLeastSignificantBits())),
                            new Attempt(1),
                            name);
                }
                default -> new BranchId(new TransactionId(random), new Attempt(1), name);
            };
        }

        Answer send(String request) {
            var answer = http.send(filled(request));
            var body = answer.body();
            for (var gid : gids.entrySet()) {
                body = body.replace(gid.getValue(), gid.getKey());
            }
            body = TIME_LEFT.matcher(body).replaceAll("\"holdsMillis\":some");
            return new Answer(
                    answer.status(), answer.headers(), MADE_ID.matcher(body).replaceAll("made"));
        }
    }

    @BeforeAll
    void start() {
        spring.start(false);
        direct.start(true);
    }

    @BeforeEach
    void fill() {
        for (var side : List.of(spring, direct)) {
            side.fill();
            // Whoever shows a token for the first time is known by nobody.
            side.send(post("prepare", LOOK));
            side.gids.clear();
        }
    }

    @AfterAll
    void stop() {
        spring.service.close();
        direct.service.close();
    }

    /// Sends it to both.
    ///
    /// @param directly whether it has to be answered directly
    private Answer both(String request, boolean directly) {
        var expected = spring.send(request);
        var answer = direct.send(request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(expected.status());
        assertThat(answer.body()).isEqualTo(expected.body());
        assertThat(compared(answer)).isEqualTo(compared(expected));
        boolean wasDirect = expected.headers().containsKey(OF_SPRING_SECURITY)
                && !answer.headers().containsKey(OF_SPRING_SECURITY);
        assertThat(wasDirect).as("the way of " + request).isEqualTo(directly);
        return answer;
    }

    private Answer directly(String request, int status, String said) {
        return says(both(request, true), status, said);
    }

    private Answer throughSpring(String request, int status, String said) {
        return says(both(request, false), status, said);
    }

    private static Answer says(Answer answer, int status, String said) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(said);
        return answer;
    }

    private static Map<String, String> compared(Answer answer) {
        var headers = new HashMap<>(answer.headers());
        NOT_COMPARED.forEach(headers::remove);
        headers.computeIfPresent("x-request-id", (_, id) -> MADE_ID.matcher(id).replaceAll("made"));
        return headers;
    }

    private static String prepare(String operation, String payload) {
        return """
                {"gid":"GID1","operation":"%s","deadlineMillis":5000,"payload":%s}""".formatted(operation, payload);
    }

    private static String take(int quantity) {
        return prepare("take", "{\"sku\":\"A\",\"quantity\":%d}".formatted(quantity));
    }

    private static String post(String verb, String body) {
        return RawHttp.request("POST " + BRANCHES + verb, body, KNOWN, JSON);
    }

    private static String step(String verb, String body) {
        return RawHttp.request("POST " + STEPS + verb, body, KNOWN, JSON);
    }

    private static String gids(String gid) {
        return "{\"gids\":[\"%s\"]}".formatted(gid);
    }

    // ---- what is plain is answered directly, under every protocol

    @Test
    void preparesAndCommits() {
        directly(post("prepare", take(2)), 200, "{\"vote\":\"YES\",\"refusal\":null}");
        directly(post("commit", gids("GID1")), 200, "\"result\":\"DONE\"");
        directly(post("commit", gids("GID1")), 200, "\"result\":\"DONE\"");
        directly(post("rollback", gids("GID1")), 200, "\"result\":\"HAZARD\"");
        assertThat(direct.onHand()).isEqualTo(spring.onHand()).isEqualTo(8);
    }

    @Test
    void preparesAndRollsBack() {
        directly(post("prepare", take(2)), 200, "YES");
        directly(post("prepare", take(2)), 200, "YES");
        directly(post("rollback", gids("GID1")), 200, "DONE");
        directly(post("prepare", take(2)), 200, "branch-aborted");
        directly(post("commit", gids("GID2")), 200, "HAZARD");
        assertThat(direct.onHand()).isEqualTo(spring.onHand()).isEqualTo(10);
    }

    @Test
    void reads() {
        directly(post("prepare", LOOK), 200, "READ_ONLY");
    }

    @Test
    void runsInOnePhaseAndSettles() {
        var run = take(3).replace("GID1", "GID1ONEPHASE");
        directly(post("run", run), 200, "YES");
        directly(post("settle", gids("GID1ONEPHASE")), 200, "COMMITTED");
        directly(post("settle", gids("GID2ONEPHASE")), 200, "DONE");
        directly(post("run", run.replace("GID1", "GID2")), 200, "branch-aborted");
        assertThat(direct.onHand()).isEqualTo(spring.onHand()).isEqualTo(7);
    }

    @Test
    void takesPartInThreePhases() {
        var electing = "{\"gid\":\"GID1\",\"election\":{\"round\":%d,\"by\":1}}";
        directly(post("elect", electing.formatted(3)), 200, "ELECTED");
        directly(post("elect", electing.formatted(2)), 412, "REFUSED");
        directly(post("attempt", """
                {"gid":"GID1","election":{"round":3,"by":1},"decision":"ABORT","sealed":[]}"""), 200, "ACCEPTED");
    }

    @Test
    void triesConfirmsAndCancels() {
        directly(post("try", take(2)), 200, "RESERVED");
        directly(post("confirm", gids("GID1")), 200, "DONE");
        directly(post("cancel", gids("GID1")), 200, "CONFIRMED");
        directly(post("try", take(2).replace("GID1", "GID2")), 200, "RESERVED");
        directly(post("cancel", gids("GID2")), 200, "DONE");
        directly(post("try", take(1000).replace("GID1", "GID3")), 200, "NOTHING");
        assertThat(direct.onHand()).isEqualTo(spring.onHand()).isEqualTo(8);
    }

    @Test
    void takesStepsOfASagaAndUndoesThem() {
        var step = "{\"gid\":\"GID1\",\"operation\":\"take\",\"payload\":{\"sku\":\"A\",\"quantity\":2}}";
        directly(step("act", step), 200, "DONE");
        directly(step("undo", step), 200, "UNDONE");
        directly(step("fence", step.replace("GID1", "GID2")), 200, "FENCED");
        directly(step("act", "{\"gid\":\"GID3\",\"operation\":\"ship\",\"payload\":{\"sku\":\"A\"}}"), 200, "ACCEPTED");
        assertThat(direct.onHand()).isEqualTo(spring.onHand()).isEqualTo(10);
    }

    @Test
    void finishesManyAtOnce() {
        IntStream.range(0, 5).forEach(i -> directly(post("prepare", take(1).replace("GID1", "GID" + i)), 200, "vote"));
        directly(post("rollback", "{\"gids\":[\"GID0\",\"GID1\",\"GID2\",\"GID3\",\"GID4\"]}"), 200, "DONE");
    }

    @Test
    void answersManyAtOnce() throws Exception {
        var look = post("prepare", LOOK);
        for (var side : List.of(spring, direct)) {
            var requests = IntStream.range(0, 10)
                    .mapToObj(i -> side.filled(look.replace("GID1", "GID" + i)))
                    .toList();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var answers = threads.invokeAll(requests.stream()
                        .map(request -> (Callable<Answer>) () -> side.http.send(request))
                        .toList());
                for (var answer : answers) {
                    assertThat(answer.get().body()).contains("READ_ONLY");
                }
            }
        }
    }

    // ---- what participants refuse

    @Test
    void votesNo() {
        directly(post("prepare", prepare("take", "{\"sku\":\"C\",\"quantity\":2}")), 200, "unknown-sku");
        directly(post("prepare", take(2).replace("5000", "0")), 200, "deadline-passed");
        directly(post("prepare", take(2).replace("GID1", "GID1OLD")), 200, "transaction-too-old");
        directly(
                post(
                        "prepare",
                        prepare("take-apart", "{\"sku\":\"A\",\"quantity\":1}").replace("GID1", "GID2")),
                200,
                "not-preparable");
        directly(
                post("elect", "{\"gid\":\"GID1OLD\",\"election\":{\"round\":2,\"by\":1}}"), 410, "transaction-too-old");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sku\":\"A\",\"quantity\":1,\"colour\":\"red\"}",
                "{\"sku\":\"A\",\"quantity\":\"1\"}",
                "{\"sku\":\"A\",\"quantity\":1.5}",
                "{\"sku\":\"A\",\"quantity\":0}",
                "{\"sku\":null,\"quantity\":1}",
                "{\"quantity\":1}",
                "{}",
                "[1]",
                "null"
            })
    void refusesPayloads(String payload) {
        directly(post("prepare", prepare("take", payload)), 400, "payload");
        directly(post("run", prepare("take", payload).replace("GID1", "GID1ONEPHASE")), 400, "payload");
        directly(post("try", prepare("take", payload)), 400, "payload");
        directly(
                step("act", "{\"gid\":\"GID1\",\"operation\":\"take\",\"payload\":%s}".formatted(payload)),
                400,
                "payload");
    }

    @Test
    void refusesWhatItCannotDo() {
        directly(post("prepare", prepare("fly", "{}")), 400, "unknown-operation");
        directly(post("try", prepare("fly", "{}")), 400, "unknown-operation");
        directly(step("act", "{\"gid\":\"GID1\",\"operation\":\"fly\",\"payload\":{}}"), 400, "unknown-operation");
        directly(post("prepare", take(1).replace("GID1", "cov1:x")), 400, "invalid-value");
        directly(post("run", take(1)), 400, "must be a branch that commits in one phase");
        directly(post("commit", gids("'; drop table product; --")), 400, "gids[0]");
        directly(post("rollback", "{\"gids\":[]}"), 400, "validation-failed");
        directly(
                post("commit", "{\"gids\":[\"GID1\"],\"outcomes\":{\"GID1\":{\"decision\":\"ABORT\",\"sealed\":[]}}}"),
                400,
                "outcomes");
        directly(post("prepare", take(1).replace("}}", "},\"electorate\":{\"other\":\"other\"}}")), 400, "electorate");
        directly(post("elect", "{\"gid\":\"GID1\",\"election\":{\"round\":0,\"by\":1}}"), 400, "election");
    }

    @Test
    void asksToComeBackWhileABranchIsBeingWorkedOn() throws InterruptedException {
        var go = new CountDownLatch(1);
        var workers = Stream.of(spring, direct).map(side -> working(side, go)).toList();

        directly(post("prepare", take(1)), 425, "branch-ongoing");

        go.countDown();
        for (var worker : workers) {
            worker.join();
        }
    }

    private static Thread working(Side side, CountDownLatch go) {
        var branch = side.branch("GID1");
        var working = new CountDownLatch(1);
        var worker = Thread.ofVirtual()
                .start(() -> side.service
                        .getBean(BranchExecutor.class)
                        .prepare(branch, "take", Duration.ofSeconds(20), _ -> {
                            working.countDown();
                            go.await();
                        }));
        try {
            working.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return worker;
    }

    // ---- what is not plain, or not well-formed, is refused by Spring

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}}",
                "nonsense",
                "null",
                "[]",
                "1",
                "\"text\"",
                "{\"gid\":1,\"operation\":\"take\",\"deadlineMillis\":1,\"payload\":{}}",
                "{\"gid\":\"GID1\",\"operation\":\"take\",\"deadlineMillis\":\"1\",\"payload\":{}}",
                "{\"gid\":\"GID1\",\"operation\":\"take\",\"deadlineMillis\":1.5,\"payload\":{}}",
                "{\"gid\":\"GID1\",\"operation\":\"take\",\"deadlineMillis\":null,\"payload\":{}}",
                "{\"gid\":\"GID1\",\"operation\":\"take\",\"payload\":{}}",
                "{\"gid\":\"GID1\",\"gid\":\"GID1\",\"operation\":\"take\",\"deadlineMillis\":1,\"payload\":{}}",
                "{\"gid\":\"GID1\",\"operation\":\"take\",\"deadlineMillis\":1,\"payload\":{},\"colour\":\"red\"}"
            })
    void refusesWhatIsNoRequestToPrepare(String body) {
        for (var verb : List.of("prepare", "run", "try")) {
            throughSpring(post(verb, body), 400, "\"status\":400");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{}", "{\"gids\":null}", "{\"gids\":\"GID1\"}", "{\"gids\":[null]}", "{\"gids\":[1]}"})
    void refusesWhatIsNoRequestToFinish(String body) {
        for (var verb : List.of("commit", "rollback", "settle", "confirm", "cancel")) {
            throughSpring(post(verb, body), 400, "\"status\":400");
        }
    }

    @Test
    void refusesOtherBodies() {
        var line = "POST " + BRANCHES + "prepare";
        var tooLong = prepare("take", '"' + "x".repeat(21_000) + '"');
        throughSpring(RawHttp.request(line, "", KNOWN, JSON), 400, "body-missing");
        throughSpring(RawHttp.request(line, take(1), KNOWN), 415, "unsupported-media-type");
        throughSpring(RawHttp.request(line, take(1), KNOWN, "Content-Type: text/plain"), 415, "unsupported-media-type");
        throughSpring(RawHttp.request(line, take(1), KNOWN, "Content-Type: nonsense"), 415, "unsupported-media-type");
        throughSpring(RawHttp.request(line, take(1), KNOWN, JSON, "Content-Encoding: gzip"), 200, "YES");
        throughSpring(RawHttp.request(line, take(1), KNOWN, JSON + ";charset=UTF-8"), 200, "YES");
        throughSpring(RawHttp.request(line, tooLong, KNOWN, JSON), 413, "body-too-large");
        throughSpring(RawHttp.chunked(line, take(1), KNOWN, JSON), 200, "YES");
        throughSpring(RawHttp.chunked(line, tooLong, KNOWN, JSON), 413, "body-too-large");
    }

    @Test
    void refusesABodyThatEndsEarly() {
        throughSpring(
                "POST " + BRANCHES + "prepare HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" + JSON + "\r\n" + KNOWN
                        + "\r\nContent-Length: 500\r\n\r\n{\"gid\":",
                400,
                "\"status\":400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /internal/v1/branches/prepare",
                "PUT /internal/v1/branches/prepare",
                "DELETE /internal/v1/branches/commit",
                "OPTIONS /internal/v1/branches/commit",
                "POST /internal/v1/branches/prepare/",
                "POST /internal/v1/branches/nothing",
                "POST /internal/v1/branches/prepared",
                "POST /internal/v1//branches/prepare",
                "POST /internal/v1/branches/prepare;x=1",
                "POST /internal/v1/branches/%70repare",
                "POST /internal/v1/branches/prepare?again=1",
                "POST /internal/v1/../v1/branches/prepare"
            })
    void leavesOtherPathsAndMethodsToSpring(String line) {
        both(RawHttp.request(line, take(1), KNOWN, JSON), false);
    }

    @Test
    void readsTheOtherHeadersAsSpringDoes() {
        var line = "POST " + BRANCHES + "prepare";
        var look = LOOK;
        directly(RawHttp.request(line, look, KNOWN, JSON, "X-Request-Id: mine"), 200, "READ_ONLY");
        directly(RawHttp.request(line, look, KNOWN, JSON, "X-Request-Id: not well-formed"), 200, "READ_ONLY");
        directly(RawHttp.request(line, prepare("fly", "{}"), KNOWN, JSON, "X-Request-Id: mine"), 400, "mine");
        directly(RawHttp.request(line, look, KNOWN, JSON, "X-Deadline-Millis: 5000"), 200, "READ_ONLY");
        directly(RawHttp.request(line, look, KNOWN, JSON, "Accept: application/json"), 200, "READ_ONLY");
        throughSpring(RawHttp.request(line, look, KNOWN, JSON, "X-Deadline-Millis: soon"), 400, "bad-deadline");
        throughSpring(RawHttp.request(line, look, KNOWN, JSON, "X-Deadline-Millis: 0"), 400, "bad-deadline");
        throughSpring(RawHttp.request(line, look, KNOWN, JSON, "Accept: text/html"), 406, "not-acceptable");
        throughSpring(
                RawHttp.request(line, look, KNOWN, JSON, "Accept: application/*+json, */*;q=0.1"), 200, "READ_ONLY");
        throughSpring(RawHttp.request(line, look, KNOWN, JSON, "Origin: http://elsewhere"), 200, "READ_ONLY");
        throughSpring(RawHttp.request(line, look, KNOWN, JSON, "Fencing-Token: 7"), 200, "READ_ONLY");
    }

    // ---- who is not known is looked at by Spring Security, each time

    static Stream<Named<String>> badTokens() {
        return new BadTokens(ISSUER, URI.create("http://127.0.0.1:1/keys"), Scopes.BRANCHES_DRIVE).all();
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void refusesBadTokensHoweverOftenTheyCome(String token) {
        for (int i = 0; i < 2; i++) {
            var answer = throughSpring(
                    RawHttp.request("POST " + BRANCHES + "prepare", take(1), "Authorization: Bearer " + token, JSON),
                    401,
                    "invalid-token");
            assertThat(answer.headers().get("www-authenticate")).contains("invalid_token");
        }
    }

    @Test
    void asksSpringAboutATokenThatItHasNotSeen() {
        var fresh = "Authorization: Bearer " + ISSUER.serviceToken(Scopes.BRANCHES_DRIVE);
        var request = RawHttp.request("POST " + BRANCHES + "prepare", LOOK, fresh, JSON);
        throughSpring(request, 200, "READ_ONLY");
        directly(request, 200, "READ_ONLY");
    }

    @Test
    void refusesWhoMayNotHoweverOftenTheyCome() {
        var outside = ISSUER.token(Scopes.BRANCHES_DRIVE);
        var otherScope = ISSUER.serviceToken(Scopes.BRANCHES_READ);
        var noScope = ISSUER.serviceToken();
        for (var token : List.of(outside, otherScope, noScope)) {
            for (var verb : List.of("prepare", "commit", "prepare")) {
                var answer = throughSpring(
                        RawHttp.request("POST " + BRANCHES + verb, take(1), "Authorization: Bearer " + token, JSON),
                        403,
                        "forbidden");
                assertThat(answer.headers().get("www-authenticate")).contains("insufficient_scope");
            }
        }
        assertThat(spring.database.prepared()).isEmpty();
        assertThat(direct.database.prepared()).isEmpty();
    }

    @Test
    void refusesWhoShowsNoToken() {
        var line = "POST " + BRANCHES + "prepare";
        var basic = "Authorization: Basic dXNlcjpwYXNzd29yZA==";
        throughSpring(RawHttp.request(line, take(1), JSON), 401, "unauthenticated");
        throughSpring(RawHttp.request(line, take(1), JSON, basic), 401, "unauthenticated");
        throughSpring(RawHttp.request(line, take(1), JSON, "Authorization: Bearer"), 401, "");
        throughSpring(RawHttp.request(line, take(1), JSON, "Authorization: Bearer "), 401, "");
        throughSpring(RawHttp.request(line, take(1), JSON, KNOWN + " more"), 401, "");
        throughSpring(RawHttp.request(line, take(1), JSON, "Authorization: " + GOOD), 401, "unauthenticated");
        throughSpring(RawHttp.request(line, take(1), JSON, "authorization: bearer " + GOOD), 200, "YES");
    }

    // ---- at last

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void countsRequestsAlike() {
        assertThat(requestsCounted(direct)).isNotEmpty().isEqualTo(requestsCounted(spring));
    }

    private static Map<String, String> requestsCounted(Side side) {
        var counted = new HashMap<String, String>();
        Http.metrics(side.service)
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count"))
                .forEach(line -> counted.put(
                        line.substring(0, line.lastIndexOf(' ')), line.substring(line.lastIndexOf(' ') + 1)));
        return counted;
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void says503WhileTheDatabaseIsDown() {
        direct.database.postgres().stopImmediately();
        try {
            for (var side : List.of(spring, direct)) {
                assertThat(side.send(post("prepare", take(1))).status()).isEqualTo(503);
                assertThat(side.send(post("commit", gids("GID1"))).body()).contains("RETRY");
            }
        } finally {
            direct.database.postgres().start();
        }
    }
}
