package io.covenant.locks.web;

import static org.awaitility.Awaitility.await;

import io.covenant.launcher.node.FreePorts;
import io.covenant.locks.LockServiceApplication;
import io.covenant.locks.node.LockNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/// The whole service as a group of one, in this process.
final class SingleNode implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final int port;
    private final Api api;

    SingleNode(Path directory, Map<String, String> more) throws IOException {
        context = new SpringApplicationBuilder(LockServiceApplication.class).run(arguments(directory, more));
        var server = ((WebServerApplicationContext) context).getWebServer();
        if (server == null) {
            throw new IllegalStateException("no server");
        }
        port = server.getPort();
        api = new Api(URI.create("http://127.0.0.1:" + port));
    }

    /// @param more settings beside the usual ones, or in their place
    static String[] arguments(Path directory, Map<String, String> more) throws IOException {
        var settings = new LinkedHashMap<>(Map.of(
                "server.port", "0",
                "covenant.node", "lock-1",
                "covenant.locks.data", directory.toString(),
                "covenant.locks.bootstrap", "lock-1",
                "covenant.locks.peers.lock-1", "127.0.0.1:" + FreePorts.one(),
                "covenant.locks.tls.required", "false",
                "covenant.locks.election-timeout", "300ms",
                "covenant.locks.heartbeat", "50ms"));
        settings.putAll(more);
        return settings.entrySet().stream()
                .map(setting -> "--%s=%s".formatted(setting.getKey(), setting.getValue()))
                .toArray(String[]::new);
    }

    /// Waits until it leads, and takes requests.
    void awaitArmed() {
        await().until(() -> bean(LockNode.class).figures().armed());
    }

    int port() {
        return port;
    }

    Api api() {
        return api;
    }

    /// Where it is watched.
    Api management() {
        return new Api(URI.create(
                "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.management.port")));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
