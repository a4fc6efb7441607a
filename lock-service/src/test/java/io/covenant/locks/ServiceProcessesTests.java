package io.covenant.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.web.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The service as it runs: three processes, of which one after the other goes.
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServiceProcessesTests {

    @TempDir
    static Path directory;

    private static ServiceProcesses service;

    @BeforeAll
    static void start() throws Exception {
        service = new ServiceProcesses(directory).started();
        service.ready();
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    @Test
    @Order(1)
    void sendsRequestsToThePrimary() {
        // Who leads may change while three processes warm up.
        await().atMost(Duration.ofMinutes(1)).untilAsserted(ServiceProcessesTests::sendsRequestsToWhoLeads);
    }

    private static void sendsRequestsToWhoLeads() {
        var primary = service.primary();
        var backup = service.api(service.backup());

        var said = backup.post("/api/v1/lock-sessions?x=1", "{\"name\":\"\",\"ttlMillis\":20000}");
        assertThat(said.status()).isEqualTo(307);
        assertThat(said.header("Location")).isEqualTo(service.base(primary) + "/api/v1/lock-sessions?x=1");
        assertThat(said.header("X-Lock-Leader")).isEqualTo(service.base(primary).toString());
        assertThat(backup.get("/api/v1/locks").status()).isEqualTo(307);
        assertThat(backup.get("/api/v1/locks?stale=true").status()).isEqualTo(200);
        assertThat(backup.get("/admin/locks/members").status()).isEqualTo(307);
        assertThat(backup.get("/admin/locks/members?here=true").status()).isEqualTo(200);
        assertThat(Long.parseLong(said.header("X-Lock-Index"))).isPositive();
        assertThat(Long.parseLong(said.header("X-Lock-Term"))).isPositive();
        assertThat(said.header("X-Lock-Epoch")).isEqualTo("0");
    }

    @Test
    @Order(2)
    void watchesAtABackupWhoeverWantsThat() {
        var attempts = new AtomicInteger();
        // Who leads may change while three processes warm up.
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> watchesAtABackup("watched/" + attempts.incrementAndGet()));
    }

    private static void watchesAtABackup(String name) throws IOException {
        var backup = service.api(service.backup());
        var primary = service.api(service.primary());
        long session = primary.open(60_000);
        try (var reader = backup.stream("/api/v1/watch?prefix=" + name + "&stale=true")) {
            long token = Api.token(primary.acquire(session, 1, name, ""));

            var lines = reader.lines().takeWhile(line -> !line.contains("\"token\":" + token));
            assertThat(lines).contains("event: granted");
        }
        assertThat(backup.get("/api/v1/watch?prefix=" + name).status()).isEqualTo(307);
    }

    @Test
    @Order(3)
    void handsOverToTheNodeThatAnOperatorNames() {
        var next = service.backup();

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            var leader = service.primary();
            if (leader.equals(next)) {
                return true;
            }
            var said = service.api(leader)
                    .post(
                            "/admin/locks/transfer?reason=a+new+kernel",
                            "{\"to\":\"%s\"}".formatted(next),
                            "X-Operator",
                            "alice");
            return said.body().path("handedOverBy").asString("").equals(leader);
        });

        await().atMost(Duration.ofMinutes(1)).until(() -> service.primary().equals(next));
        assertThat(audit()).contains("\"act\":\"TRANSFER\",\"name\":\"%s\",\"by\":\"alice\"".formatted(next));
    }

    @Test
    @Order(4)
    void leadsNoMoreOnceItIsDrainedUntilThatIsTakenBack() {
        var drained = await().atMost(Duration.ofSeconds(60)).until(this::drainsThePrimary, node -> !node.isEmpty());

        assertThat(service.primaryBeside(drained)).isNotEqualTo(drained);
        assertThat(readiness(drained)).isEqualTo(503);
        assertThat(takesBack(drained)).isFalse();
        service.ready(drained);
    }

    /// Empty when another one led by the time it was asked: then nothing is written down.
    private String drainsThePrimary() {
        var leader = service.primary();
        var said = service.api(leader).post("/admin/locks/drain?reason=a+new+disk", "", "X-Operator", "alice");
        assertThat(said.body().path("drained").asBoolean()).isTrue();
        if (audit().contains("\"act\":\"DRAIN\",\"name\":\"%s\",\"by\":\"alice\"".formatted(leader))) {
            return leader;
        }
        takesBack(leader);
        return "";
    }

    /// Whether it is drained afterwards.
    private boolean takesBack(String node) {
        var undone = service.api(node).post("/admin/locks/drain?undo=true", "", "X-Operator", "alice");
        return undone.body().path("drained").asBoolean(true);
    }

    private int readiness(String node) {
        return service.management(node).get("/actuator/health/readiness").status();
    }

    private static String audit() {
        return atThePrimary(200, api -> api.get("/admin/locks/audit")).body().toString();
    }

    @Test
    @Order(5)
    void handsOverWhenItIsStoppedAndKeepsLockAndQueue() {
        var attempts = new AtomicInteger();
        await().atMost(Duration.ofMinutes(3)).until(() -> handsOver("handed/" + attempts.incrementAndGet()));
    }

    /// False when another one led by the time the primary was stopped: then there was nothing to hand over.
    private static boolean handsOver(String name) throws Exception {
        long holder = open();
        long waiter = open();
        long token = Api.token(atThePrimary(200, api -> api.acquire(holder, 1, name, "")));
        atThePrimary(202, api -> api.acquire(waiter, 1, name, ",\"waitMillis\":-1"));
        var former = service.primary();
        long before = Files.size(service.log(former));

        service.stop(former);
        atThePrimary(
                200,
                api -> api.post("/api/v1/lock-sessions/%d/keep-alive".formatted(holder), "{\"seq\":1,\"ackUpTo\":0}"));
        atThePrimary(200, api -> api.release(holder, 2, name, token));
        assertThat(Api.token(atThePrimary(
                        200, api -> api.acquire(waiter, 1, name, ",\"waitMillis\":-1", "Prefer", "wait=10"))))
                .isGreaterThan(token);
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            try (var lines = service.api(service.primary()).stream(
                            "/api/v1/lock-sessions/%d/events".formatted(waiter), "Last-Event-ID", "1")
                    .lines()) {
                // What happened under the former primary is told as well.
                assertThat(lines.takeWhile(line -> !line.equals("event: settled")))
                        .contains("event: granted");
            }
        });

        var log = Files.readAllBytes(service.log(former));
        var told = new String(log, (int) before, log.length - (int) before, StandardCharsets.UTF_8);
        service.start(former);
        service.ready();
        return told.contains("hands the leadership over");
    }

    /// Answers of whoever leads, asked again while that changes: each request has its number, and is done once.
    private static Api.Said atThePrimary(int status, Function<Api, Api.Said> request) {
        return await().atMost(Duration.ofMinutes(1))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> request.apply(service.api(service.primary())), said -> said.status() == status);
    }

    private static long open() {
        return atThePrimary(201, api -> api.post("/api/v1/lock-sessions", "{\"name\":\"\",\"ttlMillis\":60000}"))
                .body()
                .path("session")
                .asLong();
    }

    @Test
    @Order(6)
    void survivesTheDeathOfItsPrimary() throws Exception {
        long session = open();
        long token = Api.token(atThePrimary(200, api -> api.acquire(session, 1, "b", "")));

        service.kill(service.primary());
        long began = System.nanoTime();
        var again = atThePrimary(200, api -> api.acquire(session, 1, "b", ""));
        System.getLogger("ServiceProcessesTests")
                .log(
                        System.Logger.Level.INFO,
                        "answered again after {0} ms",
                        Duration.ofNanos(System.nanoTime() - began).toMillis());

        assertThat(Api.token(again)).isEqualTo(token);
        assertThat(atThePrimary(200, api -> api.get("/api/v1/locks/b"))
                        .body()
                        .path("holders")
                        .path(0)
                        .path("token")
                        .asLong())
                .isEqualTo(token);
    }

    @Test
    @Order(7)
    void saysThatNobodyLeadsWithoutAMajority() throws Exception {
        // Soon after the death of the backup the primary leads no more: its name is to be known before.
        var primary = service.primary();
        service.kill(service.beside(primary));
        var last = service.api(primary);
        var management = service.management(primary);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> last.get("/api/v1/locks").status() == 503);

        var said = last.post("/api/v1/lock-sessions", "{\"name\":\"\",\"ttlMillis\":20000}");
        assertThat(said.status()).isEqualTo(503);
        assertThat(said.code()).isEqualTo("no-leader");
        assertThat(said.header("Retry-After")).isEqualTo("1");
        assertThat(said.body().path("retryAfterMillis").asLong()).isPositive();
        for (var other : List.of(
                last.post("/api/v1/lock-sessions/1/keep-alive", "{\"seq\":1,\"ackUpTo\":0}"),
                last.post("/api/v1/lock-keep-alives", "{\"keepAlives\":[{\"session\":1,\"seq\":1,\"ackUpTo\":0}]}"),
                last.acquire(1, 1, "a", ""),
                last.get("/api/v1/lock-sessions/1"),
                last.get("/api/v1/lock-sessions/1/events"),
                last.get("/api/v1/watch"),
                last.post("/api/v1/barriers", ""))) {
            assertThat(other.status()).as("%s", other.response().uri()).isEqualTo(503);
            assertThat(other.header("Retry-After")).isNotEmpty();
        }
        assertThat(management.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(management.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(last.get("/api/v1/locks?stale=true").status()).isEqualTo(200);
    }
}
