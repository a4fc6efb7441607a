package io.covenant.launcher.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockServiceTests {

    private final List<HttpServer> servers = new ArrayList<>();
    private final SequencedMap<String, URI> nodes = new LinkedHashMap<>();
    private final Map<String, String> files = new HashMap<>();
    private final List<String> changes = new CopyOnWriteArrayList<>();
    private volatile String members = "{}";
    private volatile int status = 200;

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void asksThePrimaryPageByPage() throws Exception {
        node("lock-1", "FOLLOWER");
        node("lock-2", "LEADER");

        try (var service = new LockService(nodes, Credentials.NONE)) {
            Locks locks = service.list("orders/", Duration.ZERO);

            assertThat(locks.primary()).isEqualTo("lock-2");
            assertThat(locks.names().stream().map(lock -> lock.path("name").asString("")))
                    .containsExactly("orders/1", "orders/2 & 3");
        }
    }

    @Test
    void tellsWhatANodeIs() throws Exception {
        node("lock-1", "LEADER");
        nodes.put("lock-2", URI.create("http://127.0.0.1:1"));

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThat(service.node("lock-1"))
                    .contains(new LockNode("LEADER", OptionalLong.of(17), OptionalLong.of(2)))
                    .map(LockNode::toString)
                    .contains("primary at index 17");
            assertThat(service.node("lock-2")).isEmpty();
            assertThat(service.node("gateway")).isEmpty();
        }
    }

    @Test
    void saysThatNobodyLeads() throws Exception {
        node("lock-1", "CANDIDATE");

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> service.list("", Duration.ZERO))
                    .withMessageStartingWith("No lock node leads");
        }
    }

    @Test
    void takesNoPrimaryAtItsWordThatLeadsNoMore() throws Exception {
        node("lock-1", "LEADER");
        status = 503;

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThatExceptionOfType(LauncherFailure.class).isThrownBy(() -> service.list("", Duration.ofMillis(300)));
        }
    }

    @Test
    void passesARefusalOn() throws Exception {
        node("lock-1", "LEADER");
        status = 400;

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> service.list("\u0000", Duration.ZERO))
                    .withMessage("Not so.");
        }
    }

    @Test
    void listsWhoHasRegistered() throws Exception {
        files.put(
                "/services?list=true", "{\"files\":[{\"path\":\"/services/orders\"},{\"path\":\"/services/locks\"}]}");
        files.put(
                "/services/orders?list=true",
                "{\"files\":[{\"path\":\"/services/orders/orders-1\",\"session\":7},{\"path\":\"/services/orders/odd\"}]}");
        files.put("/services/orders/orders-1", "{\"address\":\"http://h:1\",\"weight\":5,\"zone\":\"attic\"}");
        files.put("/services/orders/odd", "not a record");
        node("lock-1", "LEADER");

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThat(service.registered(Duration.ZERO))
                    .containsExactly(
                            new Registered("orders", "orders-1", "http://h:1", "5", "attic", 7),
                            new Registered("orders", "odd", "(unreadable)", "", "", 0));
        }
    }

    @Test
    void knowsANodeThatLostItsDirectory() throws Exception {
        node("lock-1", "FOLLOWER");

        try (var service = new LockService(nodes, Credentials.NONE)) {
            members = "{\"members\":[{\"name\":\"lock-1\",\"role\":\"LEARNER\"}]}";
            assertThat(service.isStranger("lock-1")).isTrue();

            members = "{\"members\":[{\"name\":\"lock-1\",\"role\":\"LEADER\"}]}";
            assertThat(service.isStranger("lock-1")).isFalse();
            members =
                    "{\"members\":[{\"name\":\"lock-2\",\"role\":\"UNKNOWN\"},{\"name\":\"lock-1\",\"role\":\"LEARNER\"}]}";
            assertThat(service.isStranger("lock-1")).isFalse();
            assertThat(service.isStranger("lock-9")).isFalse();
        }
    }

    @Test
    void hasThePrimaryReplaceANode() throws Exception {
        node("lock-1", "FOLLOWER");
        node("lock-2", "LEADER");

        try (var service = new LockService(nodes, Credentials.NONE)) {
            assertThat(service.replace("lock-1", "127.0.0.1:9", Duration.ZERO)).isTrue();
        }
        assertThat(changes)
                .containsExactly(
                        "DELETE /admin/locks/members/lock-1?reason=its+directory+was+lost ",
                        "POST /admin/locks/members?reason=its+directory+was+lost {\"name\":\"lock-1\",\"peer\":\"127.0.0.1:9\",\"api\":\"%s\"}"
                                .formatted(nodes.get("lock-1")));
    }

    @Test
    void tellsWhoHasCheckedItsAuditAndWhoAnswersSomethingElse() throws Exception {
        node("lock-1", "FOLLOWER");
        nodes.put("lock-2", URI.create("http://127.0.0.1:1"));

        try (var service = new LockService(nodes, Credentials.NONE)) {
            var checked = service.auditChecks();
            assertThat(checked.reports()).containsOnlyKeys("lock-1");
            assertThat(checked.refusals()).isEmpty();

            status = 401;
            var refused = service.auditChecks();
            assertThat(refused.reports()).isEmpty();
            assertThat(refused.refusals()).containsExactly(Map.entry("lock-1", "status 401"));
        }
    }

    private void node(String name, String role) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/admin/locks/self", exchange -> answer(exchange, 200, "{\"role\":\"%s\"}".formatted(role)));
        server.createContext("/admin/locks/audit/check", exchange -> answer(exchange, status, "{\"whole\":true}"));
        server.createContext("/admin/locks/members", exchange -> {
            if (!exchange.getRequestMethod().equals("GET")) {
                changes.add("%s %s %s"
                        .formatted(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI(),
                                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            }
            answer(exchange, 200, members);
        });
        server.createContext("/api/v1/files", exchange -> {
            String body = files.get(exchange.getRequestURI().toString().substring("/api/v1/files".length()));
            answer(exchange, body == null ? 404 : 200, body == null ? "{}" : body);
        });
        server.createContext("/api/v1/locks", exchange -> answer(exchange, status, page(exchange.getRequestURI())));
        server.start();
        servers.add(server);
        nodes.put(name, URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    private String page(URI asked) {
        if (status != 200) {
            return "{\"detail\":\"Not so.\"}";
        }
        return asked.getQuery().contains("after=&")
                ? "{\"locks\":[{\"name\":\"orders/1\"}],\"next\":\"orders/1\"}"
                : "{\"locks\":[{\"name\":\"orders/2 & 3\"}]}";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("X-Lock-Index", "17");
        exchange.getResponseHeaders().add("X-Lock-Term", "2");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
