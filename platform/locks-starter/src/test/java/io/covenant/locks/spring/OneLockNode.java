package io.covenant.locks.spring;

import io.covenant.testing.ScriptedServer;
import io.covenant.testing.ScriptedServer.Connection;
import io.covenant.testing.ScriptedServer.Layer;
import io.covenant.testing.ScriptedServer.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A node that opens every session and grants every lock, or says that it is busy.
final class OneLockNode implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String RELEASED = "{\"holds\":[0]}";

    /// @param kind of the body, as it is called among answers that travel together
    private record Answer(int status, String kind, String body) {}

    final ScriptedServer server;
    volatile boolean busy;
    volatile boolean gone;
    volatile boolean queue;
    private volatile boolean ended;
    private final AtomicLong tokens = new AtomicLong(40);

    OneLockNode() {
        this(accepted -> accepted);
    }

    /// @param layer under every connection
    OneLockNode(Layer layer) {
        server = new ScriptedServer(layer, this::answer);
    }

    String address() {
        return server.address().toString();
    }

    /// Tells the next keep-alive that there is no such session; whoever opens another one is served.
    void endSession() {
        ended = true;
    }

    private void answer(Request request, Connection connection) throws IOException, InterruptedException {
        var path = request.path();
        if (path.endsWith("/events")) {
            connection.say("HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n: hello\n\n");
            Thread.sleep(60_000);
        } else if (gone || (ended && path.endsWith("/keep-alive"))) {
            ended = false;
            problem(connection, "410 Gone", "{\"status\":410,\"code\":\"session-expired\"}");
        } else if (path.endsWith("/lock-sessions")) {
            connection.answer("{\"session\":7,\"ttlMillis\":3000,\"epoch\":0,\"keepAliveMillis\":1000}");
        } else if (path.endsWith("/keep-alive")) {
            connection.answer("{\"remainingMillis\":3000,\"seq\":1}");
        } else if (path.endsWith("/lock-requests")) {
            var answers = new ArrayList<String>();
            for (var one : JSON.readTree(request.body()).get("requests")) {
                answers.add(together(one));
            }
            connection.answer("{\"answers\":[%s]}".formatted(String.join(",", answers)));
        } else if (path.endsWith("/acquire")) {
            var answer = acquire(JSON.readTree(request.body()));
            connection.say("HTTP/1.1 %d Said\nContent-Type: %s\nContent-Length: %d\n\n%s"
                    .formatted(
                            answer.status(),
                            answer.kind().equals("problem") ? "application/problem+json" : "application/json",
                            answer.body().length(),
                            answer.body()));
        } else if (path.endsWith("/release")) {
            connection.answer(RELEASED);
        } else {
            connection.say("HTTP/1.1 204 No Content\n\n");
        }
    }

    private String together(JsonNode request) throws InterruptedException {
        var answer = request.has("acquire")
                ? acquire(request.get("acquire"))
                : request.has("release")
                        ? new Answer(200, "released", RELEASED)
                        : new Answer(200, "cancelled", "{\"undone\":\"NOTHING\"}");
        return "{\"status\":%d,\"%s\":%s}".formatted(answer.status(), answer.kind(), answer.body());
    }

    private Answer acquire(JsonNode asked) throws InterruptedException {
        if (busy) {
            return new Answer(423, "problem", "{\"status\":423,\"code\":\"busy\"}");
        }
        if (queue) {
            Thread.sleep(50);
            return new Answer(202, "queued", "{\"ticket\":1,\"position\":0}");
        }
        var name = asked.at("/wants/0/name").asString();
        long token = tokens.incrementAndGet();
        return new Answer(
                200,
                "granted",
                "{\"index\":1,\"remainingMillis\":3000,\"grants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\",\"token\":%d,\"sequencer\":\"v1:exclusive:%d:%s\",\"holds\":1}]}"
                        .formatted(name, token, token, name));
    }

    private static void problem(Connection connection, String status, String body) throws IOException {
        connection.say("HTTP/1.1 %s\nContent-Type: application/problem+json\nContent-Length: %d\n\n%s"
                .formatted(status, body.length(), body));
    }

    @Override
    public void close() {
        server.close();
    }
}
