package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.node.LockNode;
import io.covenant.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The API of one node that leads alone.
@Timeout(60)
class LockApiTests {

    private static final String SESSIONS = "/api/v1/lock-sessions";

    @TempDir
    static Path directory;

    private static SingleNode node;
    private static Api api;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "lock-" + NAMES.incrementAndGet();

    @BeforeAll
    static void start() throws Exception {
        node = new SingleNode(directory, Map.of());
        api = node.api();
        node.awaitArmed();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    // ---- happy

    @Test
    void opensKeepsAliveAndClosesASession() {
        var opened = api.post(SESSIONS, "{\"name\":\"worker/1\",\"ttlMillis\":15000}");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(opened.body().path("ttlMillis").asLong()).isEqualTo(15_000);
        assertThat(opened.body().path("keepAliveMillis").asLong()).isEqualTo(5_000);
        var session = opened.body().path("session").asLong();
        assertThat(opened.header("Location")).isEqualTo(SESSIONS + "/" + session);

        long asked = System.nanoTime();
        var kept = api.post(SESSIONS + "/" + session + "/keep-alive", "{\"seq\":7,\"ackUpTo\":0}");
        long took = Duration.ofNanos(System.nanoTime() - asked).toMillis() + 1;
        assertThat(kept.status()).isEqualTo(200);
        assertThat(kept.body().path("seq").asLong()).isEqualTo(7);
        assertThat(kept.body().path("remainingMillis").asLong()).isBetween(14_990L - took, 15_000L);

        assertThat(api.delete(SESSIONS + "/" + session).status()).isEqualTo(204);
        assertThat(api.delete(SESSIONS + "/" + session).status()).isEqualTo(410);
    }

    @Test
    void tellsIndexTermAndEpochWithEveryAnswer() {
        var said = api.post(SESSIONS, "{\"name\":\"\",\"ttlMillis\":15000}");
        var later = api.get("/api/v1/locks");
        for (var one : List.of(said, later, api.get(SESSIONS + "/1"))) {
            assertThat(Long.parseLong(one.header("X-Lock-Index"))).isPositive();
            assertThat(Long.parseLong(one.header("X-Lock-Term"))).isPositive();
            assertThat(one.header("X-Lock-Epoch")).isEqualTo("0");
        }
        assertThat(Long.parseLong(later.header("X-Lock-Index")))
                .isGreaterThanOrEqualTo(Long.parseLong(said.header("X-Lock-Index")));
    }

    @Test
    void tellsThemWithRefusalsToo() {
        for (var refused : List.of(
                api.get("/nowhere"),
                api.get("/api/v1/locks/nobody-holds-this"),
                api.get(SESSIONS + "/4711"),
                api.get(SESSIONS + "/abc"),
                api.post(SESSIONS, "{"),
                api.delete("/api/v1/locks"),
                api.put(SESSIONS, new byte[] {1}),
                api.get("/api/v1/locks/a/../b"),
                api.put("/api/v1/files/" + name, new byte[1_000_000], "X-Lock-Session", "1"),
                api.post("/admin/locks/transfer", "{\"to\":\"lock-9\"}"))) {
            assertThat(refused.status()).isBetween(400, 499);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.code()).as("%s", refused.body()).isNotEmpty();
            assertThat(refused.header("X-Lock-Index"))
                    .as("%s", refused.response())
                    .isNotEmpty();
            assertThat(refused.header("X-Lock-Term")).isNotEmpty();
            assertThat(refused.header("X-Lock-Epoch")).isNotEmpty();
        }
    }

    @Test
    void grantsWaitsAndPassesOnWithAHigherToken() {
        long opened = System.nanoTime();
        long first = api.open(20_000);
        long second = api.open(20_000);
        var granted = api.acquire(first, 1, name, "");
        long took = Duration.ofNanos(System.nanoTime() - opened).toMillis() + 1;
        long token = Api.token(granted);
        assertThat(granted.body().path("remainingMillis").asLong()).isBetween(19_990L - took, 20_000L);
        assertThat(granted.body().path("grants").path(0).path("sequencer").asString())
                .isEqualTo("v1:exclusive:%d:%s".formatted(token, name));

        var queued = api.acquire(second, 1, name, ",\"waitMillis\":-1");
        assertThat(queued.status()).isEqualTo(202);
        assertThat(queued.header("Location")).isEqualTo(SESSIONS + "/" + second + "/events");
        assertThat(queued.body().path("position").asInt()).isZero();

        var waiting = CompletableFuture.supplyAsync(
                () -> api.acquire(second, 1, name, ",\"waitMillis\":-1", "Prefer", "wait=20"));
        await().until(() -> node.bean(LockNode.class).figures().waiting() == 1);
        assertThat(api.release(first, 2, name, token).status()).isEqualTo(200);
        assertThat(Api.token(waiting.join())).isGreaterThan(token);
        // The same question again gets the same answer.
        assertThat(Api.token(api.acquire(second, 1, name, ",\"waitMillis\":-1")))
                .isEqualTo(Api.token(waiting.join()));
    }

    @Test
    void answersAfterAsLongAsItWasToWait() {
        long first = api.open(20_000);
        long second = api.open(20_000);
        api.acquire(first, 1, name, "");

        long began = System.nanoTime();
        var queued = api.acquire(second, 1, name, ",\"waitMillis\":60000", "Prefer", "wait=1");
        assertThat(queued.status()).isEqualTo(202);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void showsASessionALockAndThePage() {
        long session = api.open("holder", 20_000);
        long other = api.open("waiter", 20_000);
        long token = Api.token(api.acquire(session, 5, "shown/" + name, ""));
        api.acquire(other, 3, "shown/" + name, ",\"waitMillis\":-1");

        var shown = api.get(SESSIONS + "/" + session).body();
        assertThat(shown.path("name").asString()).isEqualTo("holder");
        assertThat(shown.path("remainingMillis").asLong()).isPositive();
        assertThat(shown.path("held").path(0).path("token").asLong()).isEqualTo(token);
        assertThat(shown.path("held").path(0).path("requests").path(0).asLong()).isEqualTo(5);
        var waiting = api.get(SESSIONS + "/" + other).body();
        assertThat(waiting.path("waiting").path(0).path("seq").asLong()).isEqualTo(3);

        var lock = api.get("/api/v1/locks/shown/" + name).body();
        assertThat(lock.path("holders").path(0).path("sessionName").asString()).isEqualTo("holder");
        assertThat(lock.path("holders").path(0).path("remainingMillis").asLong())
                .isPositive();
        assertThat(lock.path("queue").asInt()).isEqualTo(1);
        assertThat(lock.path("waiters").path(0).path("sessionName").asString()).isEqualTo("waiter");

        api.acquire(session, 6, "shown/" + name + "-b", "");
        var page = api.get("/api/v1/locks?limit=1&prefix=shown/" + name).body();
        assertThat(page.path("locks").size()).isEqualTo(1);
        assertThat(page.path("next").asString()).isEqualTo("shown/" + name);
        var rest = api.get("/api/v1/locks?stale=true&prefix=shown/" + name + "&after=shown/" + name)
                .body();
        assertThat(rest.path("locks").path(0).path("name").asString()).isEqualTo("shown/" + name + "-b");
        assertThat(rest.path("next").isMissingNode()).isTrue();
    }

    @Test
    void undoesARequestWhateverItHasComeTo() {
        long session = api.open(20_000);
        var undone = api.post(SESSIONS + "/" + session + "/cancel", "{\"seq\":2,\"ackUpTo\":0,\"requestSeq\":1}");
        assertThat(undone.body().path("undone").asString()).isEqualTo("UNSEEN");
        var late = api.acquire(session, 1, name, "");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("cancelled");
    }

    @Test
    void holdsElectionsAndTellsTheLeader() {
        long session = api.open("candidate", 20_000);
        var elected = api.post(
                SESSIONS + "/" + session + "/acquire",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[{\"name\":\"/%s\",\"mode\":\"LEADER\"}],\"value\":\"10.0.0.1:80\"}"
                        .formatted(name));
        long token = Api.token(elected);

        var leader = api.get("/api/v1/elections//" + name).body();
        assertThat(leader.path("session").asLong()).isEqualTo(session);
        assertThat(leader.path("value").asString()).isEqualTo("10.0.0.1:80");
        assertThat(leader.path("token").asLong()).isEqualTo(token);
        assertThat(api.get("/api/v1/elections/nobody").body().path("session").isMissingNode())
                .isTrue();
    }

    @Test
    void sharesPermitsAndVerifiesSequencers() {
        long session = api.open(20_000);
        var permits = api.post(
                SESSIONS + "/" + session + "/acquire",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[{\"name\":\"%s\",\"mode\":\"PERMITS\",\"permits\":2,\"capacity\":3}]}"
                        .formatted(name));
        var sequencer = permits.body().path("grants").path(0).path("sequencer").asString();
        assertThat(api.post("/api/v1/sequencers/verify", "{\"sequencer\":\"%s\"}".formatted(sequencer))
                        .body()
                        .path("valid")
                        .asBoolean())
                .isTrue();
        var more = api.post(
                SESSIONS + "/" + session + "/acquire",
                "{\"seq\":2,\"ackUpTo\":0,\"wants\":[{\"name\":\"%s\",\"mode\":\"PERMITS\",\"permits\":2,\"capacity\":3}]}"
                        .formatted(name));
        assertThat(more.status()).isEqualTo(423);
        assertThat(more.code()).isEqualTo("busy");
    }

    @Test
    void readsWhatABarrierTells() {
        var index = api.post("/api/v1/barriers", "").body().path("index").asLong();
        assertThat(index).isPositive();
        assertThat(api.get("/api/v1/locks?stale=true", "X-Min-Index", Long.toString(index))
                        .status())
                .isEqualTo(200);
    }

    // ---- files

    @Test
    void writesReadsComparesAndRemovesAFile() {
        long session = api.open(20_000);
        var path = "/api/v1/files/" + name;
        var content = "hello".getBytes(StandardCharsets.UTF_8);
        var written = api.put(path, content, "X-Lock-Session", "" + session, "X-Lock-Seq", "1", "If-None-Match", "*");
        assertThat(written.status()).isEqualTo(200);
        var tag = written.header("ETag");
        assertThat(tag).isEqualTo("\"" + written.body().path("generation").asLong() + "\"");

        var read = api.get(path);
        assertThat(read.response().body()).isEqualTo(content);
        assertThat(read.header("ETag")).isEqualTo(tag);
        assertThat(read.header("X-Lock-Instance")).isNotEmpty();
        assertThat(api.get(path, "If-None-Match", tag).status()).isEqualTo(304);

        var other = api.put(path, content, "X-Lock-Session", "" + session, "X-Lock-Seq", "2", "If-Match", "\"1\"");
        assertThat(other.status()).isEqualTo(412);
        assertThat(other.code()).isEqualTo("wrong-generation");
        assertThat('"' + other.body().path("current").asString() + '"').isEqualTo(tag);
        assertThat(api.put(path + "?session=" + session + "&seq=3", content, "If-Match", tag)
                        .status())
                .isEqualTo(200);
        assertThat(api.get("/api/v1/files/?list=true").body().path("files").toString())
                .contains("/" + name);
        assertThat(api.delete(path, "X-Lock-Session", "" + session, "X-Lock-Seq", "4")
                        .status())
                .isEqualTo(204);
        assertThat(api.get(path).status()).isEqualTo(404);
        assertThat(api.get(path).code()).isEqualTo("no-such-file");
    }

    @Test
    void removesEphemeralFilesWithTheirSession() {
        long session = api.open(20_000);
        assertThat(api.post(
                                "/api/v1/directories",
                                "{\"session\":%d,\"seq\":1,\"ackUpTo\":0,\"path\":\"/%s\"}".formatted(session, name))
                        .status())
                .isEqualTo(201);
        var path = "/api/v1/files/" + name + "/a";
        api.put(path + "?ephemeral=true", new byte[] {1}, "X-Lock-Session", "" + session, "X-Lock-Seq", "2");
        assertThat(api.get(path).status()).isEqualTo(200);

        api.delete(SESSIONS + "/" + session);
        assertThat(api.get(path).status()).isEqualTo(404);
    }

    @Test
    void keepsToAccessLists() {
        long session = api.open(20_000);
        var path = "/api/v1/files/" + name;
        api.put(path, new byte[] {1}, "X-Lock-Session", "" + session, "X-Lock-Seq", "1");
        var protectedNow = api.put(
                "/api/v1/acls/" + name,
                "{\"readers\":[\"someone\"],\"writers\":[\"someone\"],\"changers\":[\"*\"]}"
                        .getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/json",
                "X-Lock-Session",
                "" + session,
                "X-Lock-Seq",
                "2");
        assertThat(protectedNow.status()).isEqualTo(200);
        assertThat(api.get(path).status()).isEqualTo(403);
        assertThat(api.put(path, new byte[] {2}, "X-Lock-Session", "" + session, "X-Lock-Seq", "3")
                        .status())
                .isEqualTo(403);
    }

    // ---- refusals

    @Test
    void refusesWhatOthersHold() {
        long first = api.open(20_000);
        long second = api.open(20_000);
        long token = Api.token(api.acquire(first, 1, name, ""));

        var busy = api.acquire(second, 1, name, "");
        assertThat(busy.status()).isEqualTo(423);
        assertThat(busy.code()).isEqualTo("busy");
        assertThat(busy.body().path("session").asLong()).isEqualTo(first);
        assertThat(busy.body().path("token").asLong()).isEqualTo(token);

        var timedOut = api.acquire(second, 2, name, ",\"waitMillis\":200", "Prefer", "wait=10");
        assertThat(timedOut.status()).isEqualTo(423);
        assertThat(timedOut.code()).isEqualTo("timed-out");
    }

    @Test
    void refusesAStaleTokenAndANonHolder() {
        long session = api.open(20_000);
        long other = api.open(20_000);
        long token = Api.token(api.acquire(session, 1, name, ""));

        var stale = api.release(session, 2, name, token - 1);
        assertThat(stale.status()).isEqualTo(409);
        assertThat(stale.code()).isEqualTo("stale-token");
        assertThat(stale.body().path("current").asLong()).isEqualTo(token);
        var notHeld = api.release(other, 1, name, token);
        assertThat(notHeld.status()).isEqualTo(409);
        assertThat(notHeld.code()).isEqualTo("not-held");
    }

    @Test
    void tellsADeadlockToTheOneThatGivesWay() {
        long first = api.open(20_000);
        long second = api.open(20_000);
        api.acquire(first, 1, name + "-a", "");
        api.acquire(second, 1, name + "-b", "");
        api.acquire(first, 2, name + "-b", ",\"waitMillis\":-1");

        var deadlock = api.acquire(second, 2, name + "-a", ",\"waitMillis\":-1");
        assertThat(deadlock.status()).isEqualTo(409);
        assertThat(deadlock.code()).isEqualTo("deadlock");
        assertThat(deadlock.body().path("cycle").size()).isEqualTo(2);
    }

    @Test
    void saysGoneOfASessionThatNobodyKnows() {
        for (var said : List.of(
                api.get(SESSIONS + "/4711"),
                api.post(SESSIONS + "/4711/keep-alive", "{\"seq\":1,\"ackUpTo\":0}"),
                api.acquire(4711, 1, name, ""),
                api.release(4711, 1, name, 1),
                api.get(SESSIONS + "/4711/events"))) {
            assertThat(said.status()).isEqualTo(410);
            assertThat(said.code()).isEqualTo("session-expired");
        }
    }

    @Test
    void expiresASessionThatIsNotKeptAlive() {
        long session = api.open(1_000);
        api.acquire(session, 1, name, "");
        long other = api.open(20_000);
        assertThat(Api.token(api.acquire(other, 1, name, ",\"waitMillis\":20000", "Prefer", "wait=20")))
                .isPositive();
        assertThat(api.get(SESSIONS + "/" + session).status()).isEqualTo(410);
    }

    @Test
    void keepsALostLockFromOthersForItsDelay() {
        long session = api.open(3_000);
        assertThat(api.acquire(session, 1, name, ",\"lockDelayMillis\":30000").status())
                .isEqualTo(200);
        await().until(() -> api.get(SESSIONS + "/" + session).status() == 410);

        var delayed = api.acquire(api.open(20_000), 1, name, "");
        assertThat(delayed.status()).isEqualTo(423);
        assertThat(delayed.code()).isEqualTo("delayed");
        assertThat(delayed.body().path("retryAfterMillis").asLong()).isBetween(1_000L, 30_000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a/../b        | 400 | name-invalid",
                "with blank    | 400 | name-invalid",
                "quo\\u0001te | 400 | name-invalid",
                "trailing/     | 400 | name-invalid",
                "''            | 400 | name-invalid",
            })
    void refusesBadNames(String bad, int status, String code) {
        var said = api.acquire(api.open(20_000), 1, bad, "");
        assertThat(said.status()).isEqualTo(status);
        assertThat(said.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/../b",
                "..",
                "a/%2e%2e/b",
                "a%2F..%2Fb",
                "a%5C..%5Cb",
                "a%01b",
                "a%00b",
                "a%0Ab",
                "a%7Fb",
                "with%20blank",
                "a//b",
                "a/",
                "caf%C3%A9",
                "a;b=c"
            })
    void refusesBadNamesInPaths(String bad) {
        long session = api.open(20_000);
        var before = api.get("/api/v1/files/?list=true").body();
        var content = new byte[] {1};
        var written = api.put("/api/v1/files/" + bad, content, "X-Lock-Session", "" + session, "X-Lock-Seq", "1");
        assertThat(written.status()).as("%s", written.body()).isEqualTo(400);
        assertThat(written.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(written.code()).isIn("name-invalid", "bad-request");
        var removed = api.delete("/api/v1/files/" + bad, "X-Lock-Session", "" + session, "X-Lock-Seq", "2");
        assertThat(removed.status()).isIn(400, 404);
        for (var read : List.of("/api/v1/files/", "/api/v1/acls/", "/api/v1/locks/")) {
            assertThat(api.get(read + bad).status()).as(read).isBetween(400, 404);
        }
        assertThat(api.get("/api/v1/files/?list=true").body()).isEqualTo(before);
    }

    @Test
    void refusesPathsOfTenAndOfTwentyKilobytes() {
        long session = api.open(20_000);
        for (int length : new int[] {10_240, 20_480}) {
            var path = "/api/v1/files/" + "n".repeat(length);
            var said = api.put(path, new byte[] {1}, "X-Lock-Session", "" + session, "X-Lock-Seq", "1");
            assertThat(said.status()).isIn(400, 414, 431);
            assertThat(said.code()).isIn("name-too-long", "request-header-too-large", "bad-request");
            assertThat(api.get(path).status()).isIn(400, 404, 414, 431);
        }
        var prefix = "n".repeat(10_240);
        assertThat(api.get("/api/v1/watch?prefix=" + prefix).code()).isEqualTo("name-too-long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/../b", "a//b", "..", "with%20blank", "a%01b", "a%0Ab", "caf%C3%A9"})
    void refusesPrefixesThatNoNameHas(String bad) {
        for (var path : List.of("/api/v1/watch?prefix=", "/api/v1/locks?prefix=")) {
            var said = api.get(path + bad);
            assertThat(said.status()).as(path).isEqualTo(400);
            assertThat(said.code()).isEqualTo("name-invalid");
            assertThat(said.body().path("about").asString()).isEqualTo("prefix");
        }
    }

    @Test
    void refusesEndlessPrefixes() {
        for (var path : List.of("/api/v1/watch?prefix=", "/api/v1/locks?prefix=", "/api/v1/locks?after=")) {
            var said = api.get(path + "a".repeat(2_000));
            assertThat(said.status()).as(path).isEqualTo(400);
            assertThat(said.code()).isEqualTo("name-too-long");
        }
        assertThat(api.get("/api/v1/locks?prefix=" + "a".repeat(255)).status()).isEqualTo(200);
        assertThat(api.get("/api/v1/locks?prefix=a/").status()).isEqualTo(200);
        assertThat(api.get("/api/v1/locks?prefix=/").status()).isEqualTo(200);
    }

    @Test
    void refusesANameOfTenKilobytes() {
        var said = api.acquire(api.open(20_000), 1, "n".repeat(10_240), "");
        assertThat(said.status()).isEqualTo(400);
        assertThat(said.code()).isEqualTo("name-too-long");
        assertThat(said.body().path("bound").asLong()).isEqualTo(255);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5, 999, 31_536_000_000L})
    void refusesLeasesThatAreTooShortOrTooLong(long ttl) {
        var said = api.post(SESSIONS, "{\"name\":\"\",\"ttlMillis\":%d}".formatted(ttl));
        assertThat(said.status()).isEqualTo(400);
        assertThat(said.code()).isEqualTo("ttl-out-of-range");
    }

    @Test
    void refusesDuplicatesAndTooManyNames() {
        long session = api.open(20_000);
        var want = "{\"name\":\"%s\",\"mode\":\"SHARED\"}".formatted(name);
        var path = SESSIONS + "/" + session + "/acquire";
        var twice = api.post(path, "{\"seq\":1,\"ackUpTo\":0,\"wants\":[%s,%s]}".formatted(want, want));
        assertThat(twice.code()).isEqualTo("duplicate-name");
        var many = api.post(
                path,
                "{\"seq\":2,\"ackUpTo\":0,\"wants\":[%s]}"
                        .formatted(String.join(",", java.util.Collections.nCopies(1_000, want))));
        assertThat(many.code()).isEqualTo("too-many-wanted");
        var none = api.post(path, "{\"seq\":3,\"ackUpTo\":0,\"wants\":[]}");
        assertThat(none.code()).isEqualTo("nothing-wanted");
    }

    @Test
    void refusesWhatIsNoRequest() {
        long session = api.open(20_000);
        var path = SESSIONS + "/" + session + "/acquire";
        for (var body : List.of(
                "",
                "{",
                "[]",
                "{\"seq\":1}",
                "{\"seq\":\"1\",\"ackUpTo\":0,\"wants\":[]}",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[{\"name\":null,\"mode\":\"EXCLUSIVE\"}]}",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[{\"name\":\"a\"}]}",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[null]}",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[{\"name\":\"a\",\"mode\":\"MINE\"}]}",
                "{\"seq\":1,\"ackUpTo\":0,\"wants\":[],\"unknown\":1}",
                "{\"seq\":-1,\"ackUpTo\":0,\"wants\":[{\"name\":\"a\",\"mode\":\"EXCLUSIVE\"}]}",
                "{\"seq\":1,\"ackUpTo\":0,\"waitMillis\":-7,\"wants\":[{\"name\":\"a\",\"mode\":\"EXCLUSIVE\"}]}")) {
            var said = api.post(path, body);
            assertThat(said.status()).as(body).isEqualTo(400);
            assertThat(said.code()).as(body).isNotEmpty();
        }
        assertThat(api.get(SESSIONS + "/abc").status()).isEqualTo(400);
    }

    @Test
    void refusesOneNumberForTwoRequests() {
        long session = api.open(20_000);
        api.acquire(session, 1, name, "");
        var reused = api.acquire(session, 1, name + "-other", "");
        assertThat(reused.status()).isEqualTo(422);
        assertThat(reused.code()).isEqualTo("request-reused");
    }

    @Test
    void refusesFilesThatAreTooLong() {
        long session = api.open(20_000);
        var said =
                api.put("/api/v1/files/" + name, new byte[65_537], "X-Lock-Session", "" + session, "X-Lock-Seq", "1");
        assertThat(said.status()).isEqualTo(413);
        assertThat(said.code()).isEqualTo("file-too-long");
        assertThat(api.put("/api/v1/files/" + name, new byte[65_536], "X-Lock-Session", "" + session, "X-Lock-Seq", "2")
                        .status())
                .isEqualTo(200);
        assertThat(api.put("/api/v1/files/" + name, new byte[1_000_000], "X-Lock-Session", "" + session)
                        .status())
                .isEqualTo(413);
        assertThat(api.put("/api/v1/files/" + name, new byte[1]).status()).isEqualTo(400);
    }

    @Test
    void refusesMoreOpenRequestsThanASessionMayHave() {
        long session = api.open(600_000);
        Api.Said last = null;
        for (int seq = 1; seq <= 257; seq++) {
            last = api.acquire(session, seq, name, "");
        }
        assertThat(last).isNotNull();
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.header("Retry-After")).isEqualTo("1");
        assertThat(last.code()).isEqualTo("too-many-requests");
    }

    // ---- operators

    @Test
    void forcesALockOutOfItsHoldersHandsAndRemembersWhy() {
        long session = api.open(20_000);
        api.acquire(session, 1, name, "");
        assertThat(api.post("/admin/locks/force-release", "{\"name\":\"%s\",\"reason\":\"stuck\"}".formatted(name))
                        .status())
                .isEqualTo(400);
        assertThat(api.post(
                                "/admin/locks/force-release",
                                "{\"name\":\"%s\",\"reason\":\" \"}".formatted(name),
                                "X-Operator",
                                "alice")
                        .status())
                .isEqualTo(400);
        assertThat(api.post(
                                "/admin/locks/force-release",
                                "{\"name\":\"%s\",\"reason\":\"stuck\"}".formatted(name),
                                "X-Operator",
                                "alice")
                        .status())
                .isEqualTo(204);
        assertThat(api.get("/api/v1/locks/" + name).status()).isEqualTo(404);
        var audit = api.get("/admin/locks/audit").body().path("entries");
        assertThat(audit.toString())
                .contains("\"by\":\"alice\"", "\"reason\":\"stuck\"", "\"former\":[" + session + "]");
        var check = api.get("/admin/locks/audit/check").body();
        assertThat(check.path("whole").asBoolean()).isTrue();
        assertThat(check.path("audit").asString()).isEqualTo("locks@lock-1");
        assertThat(check.path("head").asString())
                .isEqualTo(audit.path(audit.size() - 1).path("hash").asString());
    }

    @Test
    void showsItsMembersAndWritesASnapshot() {
        var members = api.get("/admin/locks/members").body();
        assertThat(members.path("leader").asString()).isEqualTo("lock-1");
        assertThat(members.path("members").path(0).path("role").asString()).isEqualTo("LEADER");
        assertThat(api.get("/admin/locks/self").body().path("id").asString()).isEqualTo("lock-1");
        assertThat(api.post("/admin/locks/snapshot", "").body().path("index").asLong())
                .isPositive();
        var transfer = api.post("/admin/locks/transfer", "{\"to\":\"lock-9\"}");
        assertThat(transfer.status()).isEqualTo(404);
        assertThat(api.delete("/admin/locks/members/lock-1").status()).isEqualTo(400);
        var last = api.delete("/admin/locks/members/lock-1?reason=moving", "X-Operator", "bob");
        assertThat(last.status()).isEqualTo(409);
        assertThat(last.code()).isEqualTo("last-voter");
        assertThat(api.get("/admin/locks/audit").body().toString())
                .contains("\"act\":\"REMOVE_MEMBER\",\"name\":\"lock-1\",\"by\":\"bob\",\"reason\":\"moving\"");
        var nowhere = api.post(
                "/admin/locks/members",
                "{\"name\":\"lock-2\",\"peer\":\"127.0.0.1:1\",\"api\":\"http://127.0.0.1:1\"}");
        assertThat(nowhere.code()).isEqualTo("node-not-fit");
    }

    /// It answers, and is no node that can be added.
    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "{\"id\":\"lock-2\"}", "{\"id\":null,\"drained\":false}", "<html>", ""})
    void takesNobodyInWhoIsNoNode(String answer) {
        try (var stranger = new ScriptedServer((_, connection) -> connection.answer(answer))) {
            var said = api.post(
                    "/admin/locks/members",
                    "{\"name\":\"lock-2\",\"peer\":\"127.0.0.1:1\",\"api\":\"%s\"}".formatted(stranger.address()),
                    "X-Operator",
                    "bob");

            assertThat(said.status()).as("%s", said.body()).isEqualTo(409);
            assertThat(said.code()).isEqualTo("node-not-fit");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":\"lock-2\"}",
                "{\"name\":\"lock-2\",\"peer\":\"nowhere\",\"api\":\"http://127.0.0.1:1\"}",
                "{\"name\":\"lock-2\",\"peer\":\"127.0.0.1:1\",\"api\":\"not an address\"}",
                "{\"peer\":\"127.0.0.1:1\",\"api\":\"http://127.0.0.1:1\"}"
            })
    void refusesAMemberWithoutAPlace(String body) {
        var said = api.post("/admin/locks/members", body, "X-Operator", "bob");

        assertThat(said.status()).as("%s", said.body()).isEqualTo(400);
        assertThat(said.code()).isNotEmpty();
    }

    @Test
    void tellsHealthAndFigures() {
        var management = node.management();
        assertThat(management.get("/actuator/health/readiness").status()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(new String(
                        management.get("/actuator/prometheus").response().body(), StandardCharsets.UTF_8))
                .contains("http_server_requests_seconds_count")
                .contains("covenant_locks_primary 1.0", "covenant_locks_sessions", "covenant_locks_index")
                .doesNotContain("spring_security_"));
        assertThat(api.get("/v3/api-docs").body().path("paths").toString()).contains("/api/v1/lock-sessions");
    }
}
