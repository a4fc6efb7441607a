package io.covenant.gateway;

import io.covenant.testing.ScriptedServer;
import io.covenant.testing.ScriptedServer.Connection;
import io.covenant.testing.ScriptedServer.Request;
import io.covenant.testing.ScriptedServer.Script;
import java.io.IOException;
import java.util.List;

/// An instance of a service that tells its name, or behaves as badly as a test wants.
public final class Backend implements AutoCloseable {

    public final List<Request> requests;
    private final String name;
    private final ScriptedServer server;

    public Backend(String name) {
        this.name = name;
        this.server = new ScriptedServer(this::greet);
        this.requests = server.requests;
    }

    private void greet(Request request, Connection connection) throws IOException {
        if (request.line().startsWith("HEAD")) {
            connection.say("HTTP/1.1 200 OK\nContent-Length: 14\n\n");
        } else {
            connection.answer("{\"from\":\"%s\"}".formatted(name));
        }
    }

    public Backend behaving(Script script) {
        server.follow(script);
        return this;
    }

    /// Forgets what came, and behaves well again.
    public void reset() {
        requests.clear();
        server.follow(this::greet);
        if (!server.listens()) {
            server.start();
        }
    }

    public String address() {
        return server.address().toString();
    }

    /// An address at which nobody listens.
    public static String nobody() {
        return ScriptedServer.nobody().toString();
    }

    /// How many connections it has.
    public int open() {
        return server.open();
    }

    /// How many connections it ever had.
    public int connections() {
        return server.connections.get();
    }

    public void start() {
        server.start();
    }

    public void kill() {
        server.kill();
    }

    @Override
    public void close() {
        kill();
    }
}
