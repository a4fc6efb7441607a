package io.covenant.locks.spring;

import io.covenant.testing.ScriptedServer;
import io.covenant.testing.ScriptedServer.Connection;
import io.covenant.testing.ScriptedServer.Request;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// A node that opens every session and grants every lock, or says that it is busy.
final class OneLockNode implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]*)\"");

    final ScriptedServer server = new ScriptedServer(this::answer);
    volatile boolean busy;
    volatile boolean gone;
    volatile boolean queue;
    private final AtomicLong tokens = new AtomicLong(40);

    String address() {
        return server.address().toString();
    }

    private void answer(Request request, Connection connection) throws IOException, InterruptedException {
        var path = request.path();
        if (path.endsWith("/events")) {
            connection.say("HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n: hello\n\n");
            Thread.sleep(60_000);
        } else if (gone) {
            problem(connection, "410 Gone", "{\"status\":410,\"code\":\"session-expired\"}");
        } else if (path.endsWith("/lock-sessions")) {
            connection.answer("{\"session\":7,\"ttlMillis\":3000,\"epoch\":0,\"keepAliveMillis\":1000}");
        } else if (path.endsWith("/keep-alive")) {
            connection.answer("{\"remainingMillis\":3000,\"seq\":1}");
        } else if (path.endsWith("/acquire")) {
            acquire(request, connection);
        } else if (path.endsWith("/release")) {
            connection.answer("{\"holds\":[0]}");
        } else {
            connection.say("HTTP/1.1 204 No Content\n\n");
        }
    }

    private void acquire(Request request, Connection connection) throws IOException, InterruptedException {
        if (busy) {
            problem(connection, "423 Locked", "{\"status\":423,\"code\":\"busy\"}");
            return;
        }
        if (queue) {
            Thread.sleep(50);
            var body = "{\"ticket\":1,\"position\":0}";
            connection.say("HTTP/1.1 202 Accepted\nContent-Type: application/json\nContent-Length: %d\n\n%s"
                    .formatted(body.length(), body));
            return;
        }
        var name = NAME.matcher(request.body());
        if (!name.find()) {
            throw new IOException("no name in " + request.body());
        }
        long token = tokens.incrementAndGet();
        connection.answer(
                "{\"index\":1,\"remainingMillis\":3000,\"grants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\",\"token\":%d,\"sequencer\":\"v1:exclusive:%d:%s\",\"holds\":1}]}"
                        .formatted(name.group(1), token, token, name.group(1)));
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
