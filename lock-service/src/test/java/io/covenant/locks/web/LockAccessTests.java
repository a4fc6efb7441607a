package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.node.FreePorts;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import io.covenant.locks.node.LockNode;
import io.covenant.locks.wire.AclBody;
import io.covenant.locks.wire.LockEvent;
import io.covenant.security.Scopes;
import io.covenant.testing.TestIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockAccessTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();

    @TempDir
    private static Path directory;

    private static SingleNode node;
    private static URI address;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        node = new SingleNode(directory, enforced());
        address = node.api().address();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> node.bean(LockNode.class).figures().armed());
    }

    @AfterAll
    static void stop() {
        node.close();
        HTTP.close();
    }

    private static Map<String, String> enforced() {
        return Map.of(
                "covenant.security.mode",
                "enforced",
                "covenant.security.issuer",
                ISSUER.uri().toString());
    }

    private static HttpResponse<String> send(String method, String path, String token) throws Exception {
        var request = HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static LockClient client(String token) {
        return LockClient.builder(List.of(address))
                .patience(Duration.ofSeconds(20))
                .headers(() -> token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token))
                .build();
    }

    @Test
    void aServiceWithTheScopeHoldsLocks() throws Exception {
        try (var client = client(ISSUER.serviceToken(Scopes.LOCKS_USE))) {
            try (var lock = client.acquire("customers/alice")) {
                assertThat(lock.token()).isPositive();
            }
        }
    }

    private static String tokenOf(String service) {
        return ISSUER.token(
                claims -> claims.audience(TestIssuer.SERVICES).subject(service).claim("scope", Scopes.LOCKS_USE));
    }

    @Test
    void accessListsNameWhoTheTokensAreOf() throws Exception {
        try (var orders = client(tokenOf("orders"));
                var inventory = client(tokenOf("inventory"))) {
            var all = List.of("orders");
            var _ = orders.files().create("/secret", new byte[] {1});
            orders.files().setAcl("/secret", new AclBody(all, all, all));

            assertThat(orders.files().read("/secret")).isPresent();
            assertThatThrownBy(() -> inventory.files().read("/secret")).isInstanceOf(LockException.class);
            assertThatThrownBy(() -> inventory.files().delete("/secret")).isInstanceOf(LockException.class);
        }
    }

    @Test
    void watchersHearOfNoFileThatIsNoneOfTheirBusiness() throws Exception {
        try (var orders = client(tokenOf("orders"));
                var inventory = client(tokenOf("inventory"))) {
            var all = List.of("orders");
            var files = orders.files();
            files.makeDirectory("/cellar");
            files.setAcl("/cellar", new AclBody(all, all, all));
            var heard = new ConcurrentLinkedQueue<String>();
            var told = new ConcurrentLinkedQueue<String>();
            var watching = new CountDownLatch(2);
            var strangers = inventory.watch("/", watching::countDown, (_, event) -> note(event, heard));
            var owners = orders.watch("/", watching::countDown, (_, event) -> note(event, told));
            try {
                assertThat(watching.await(20, TimeUnit.SECONDS)).isTrue();
                var _ = files.create("/cellar/wine", new byte[] {1});
                files.delete("/cellar/wine");
                var _ = files.create("/cellar/shared", new byte[] {1});
                files.setAcl("/cellar/shared", new AclBody(List.of("inventory"), all, all));
                files.delete("/cellar/shared");
                var _ = files.create("/known", new byte[] {1});

                await().untilAsserted(() -> assertThat(told)
                        .containsSubsequence("/cellar/wine CREATED", "/cellar/wine DELETED", "/known CREATED"));
                await().untilAsserted(() -> assertThat(heard).contains("/known CREATED"));
                assertThat(heard)
                        .filteredOn(change -> change.startsWith("/cellar/"))
                        .containsExactly("/cellar/shared ACL", "/cellar/shared DELETED");
            } finally {
                strangers.close();
                owners.close();
            }
        }
    }

    private static void note(LockEvent event, Queue<String> heard) {
        if (event instanceof LockEvent.Changed changed) {
            heard.add(changed.path() + " " + changed.change());
        }
    }

    @Test
    void whoHasNoTokenHoldsNothing() {
        try (var client = client("")) {
            assertThatThrownBy(() -> client.acquire("customers/alice"))
                    .isInstanceOf(LockException.class)
                    .hasMessageContaining("unauthenticated");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/locks",
        "POST, /api/v1/lock-sessions",
        "POST, /api/v1/lock-requests",
        "PUT, /api/v1/files/a",
        "GET, /api/v1/watch",
        "GET, /admin/locks/members",
        "POST, /admin/locks/drain",
        "GET, /actuator/env",
        "GET, /nowhere",
    })
    void whoHasNoTokenGetsNothing(String method, String path) throws Exception {
        var answer = send(method, path, "");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(answer.body()).contains("\"code\":\"unauthenticated\"");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/locks, locks:operate, locks:use",
        "GET, /admin/locks/members, locks:use, locks:read",
        "POST, /admin/locks/drain, locks:read, locks:operate",
        "POST, /admin/locks/force-release, locks:use, locks:operate",
    })
    void eachEndpointTakesItsScope(String method, String path, String other, String needed) throws Exception {
        var refused = send(method, path, ISSUER.token(other));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("\"scope\":\"" + needed + "\"");
        assertThat(send(method, path, ISSUER.token(needed)).statusCode()).isNotIn(401, 403, 404, 500);
    }

    /// The node asks the one that is to be added who it is, and is asked for a token there.
    @Test
    void anOperatorsTokenTakesANodeIn(@TempDir Path one, @TempDir Path another) throws Exception {
        var operator = ISSUER.token(Scopes.LOCKS_READ, Scopes.LOCKS_OPERATE);
        var settings = new HashMap<>(enforced());
        settings.put("covenant.node", "lock-2");
        settings.put("covenant.locks.bootstrap", "");
        settings.put("covenant.locks.peers.lock-2", "127.0.0.1:" + FreePorts.one());
        try (var first = new SingleNode(one, enforced());
                var second = new SingleNode(another, settings)) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            first.management().get("/actuator/health/readiness").status() == 200);
            var add = "{\"name\":\"lock-2\",\"peer\":\"%s\",\"api\":\"%s\"}"
                    .formatted(
                            settings.get("covenant.locks.peers.lock-2"),
                            second.api().address());

            var added = HTTP.send(
                    HttpRequest.newBuilder(first.api().address().resolve("/admin/locks/members"))
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + operator)
                            .POST(BodyPublishers.ofString(add))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(added.statusCode()).as(added.body()).isNotEqualTo(409);
            assertThat(added.body()).contains("lock-2");
        }
    }

    @Test
    void aServiceIsNoOperator() throws Exception {
        assertThat(send("POST", "/admin/locks/drain", ISSUER.serviceToken(Scopes.LOCKS_OPERATE))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void healthAndMetricsAreOpenWhereItIsWatched() {
        assertThat(node.management().get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(node.management().get("/actuator/prometheus").status()).isEqualTo(200);
        assertThat(node.management().get("/actuator/info").status()).isEqualTo(401);
        assertThat(node.management().get("/api/v1/locks").status()).isEqualTo(401);
    }
}
