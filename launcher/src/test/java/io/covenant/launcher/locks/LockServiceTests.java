package io.covenant.launcher.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockServiceTests {

    private final List<HttpServer> servers = new ArrayList<>();
    private final SequencedMap<String, URI> nodes = new LinkedHashMap<>();
    private volatile int status = 200;

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void asksThePrimaryPageByPage() throws Exception {
        node("lock-1", "FOLLOWER");
        node("lock-2", "LEADER");

        try (var service = new LockService(nodes)) {
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

        try (var service = new LockService(nodes)) {
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

        try (var service = new LockService(nodes)) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> service.list("", Duration.ZERO))
                    .withMessageStartingWith("No lock node leads");
        }
    }

    @Test
    void takesNoPrimaryAtItsWordThatLeadsNoMore() throws Exception {
        node("lock-1", "LEADER");
        status = 503;

        try (var service = new LockService(nodes)) {
            assertThatExceptionOfType(LauncherFailure.class).isThrownBy(() -> service.list("", Duration.ofMillis(300)));
        }
    }

    @Test
    void passesARefusalOn() throws Exception {
        node("lock-1", "LEADER");
        status = 400;

        try (var service = new LockService(nodes)) {
            assertThatExceptionOfType(LauncherFailure.class)
                    .isThrownBy(() -> service.list("\u0000", Duration.ZERO))
                    .withMessage("Not so.");
        }
    }

    private void node(String name, String role) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/admin/locks/self", exchange -> answer(exchange, 200, "{\"role\":\"%s\"}".formatted(role)));
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
