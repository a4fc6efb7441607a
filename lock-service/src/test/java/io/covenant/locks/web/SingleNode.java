package io.covenant.locks.web;

import io.covenant.locks.LockServiceApplication;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/// The whole service as a group of one, in this process.
final class SingleNode implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final Api api;

    SingleNode(Path directory, Map<String, String> more) throws IOException {
        context = new SpringApplicationBuilder(LockServiceApplication.class).run(arguments(directory, more));
        var server = ((WebServerApplicationContext) context).getWebServer();
        if (server == null) {
            throw new IllegalStateException("no server");
        }
        api = new Api(URI.create("http://127.0.0.1:" + server.getPort()));
    }

    static String[] arguments(Path directory, Map<String, String> more) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--covenant.node=lock-1",
                "--covenant.locks.data=" + directory,
                "--covenant.locks.bootstrap=lock-1",
                "--covenant.locks.peers.lock-1=127.0.0.1:" + freePort(),
                "--covenant.locks.tls.required=false",
                "--covenant.locks.election-timeout=300ms",
                "--covenant.locks.heartbeat=50ms"));
        more.forEach((name, value) -> arguments.add("--%s=%s".formatted(name, value)));
        return arguments.toArray(String[]::new);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    Api api() {
        return api;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
