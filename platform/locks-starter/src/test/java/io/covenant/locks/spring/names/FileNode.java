package io.covenant.locks.spring.names;

import io.covenant.testing.ScriptedServer;
import io.covenant.testing.ScriptedServer.Connection;
import io.covenant.testing.ScriptedServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// A node of the lock service that keeps files, sessions and watches, and fails as told.
final class FileNode implements AutoCloseable {

    record Kept(boolean directory, String content, long instance, long generation, long session) {}

    final ScriptedServer server = new ScriptedServer(this::answer);
    final Map<String, Kept> files = new ConcurrentSkipListMap<>();
    private final Map<Long, Boolean> ended = new ConcurrentHashMap<>();
    private final List<Connection> watches = new CopyOnWriteArrayList<>();
    private final AtomicLong index = new AtomicLong(10);
    volatile boolean deaf;
    volatile boolean muteWatches;

    String address() {
        return server.address().toString();
    }

    /// The present session ends, and with it its files.
    void endSessions() throws IOException {
        for (long session = 11; session <= index.get(); session++) {
            ended.put(session, true);
        }
        for (var path : List.copyOf(files.keySet())) {
            var file = files.get(path);
            if (file != null && file.session() != 0) {
                files.remove(path);
                tell(path, "DELETED");
            }
        }
    }

    /// Somebody else writes.
    void put(String path, String content, long session) throws IOException {
        var before = files.get(path);
        long now = index.incrementAndGet();
        files.put(path, new Kept(false, content, before == null ? now : before.instance(), now, session));
        tell(path, before == null ? "CREATED" : "WRITTEN");
    }

    void directory(String path) {
        files.put(path, new Kept(true, "", index.incrementAndGet(), index.get(), 0));
    }

    private void tell(String path, String change) throws IOException {
        if (muteWatches) {
            return;
        }
        synchronized (watches) {
            for (var watch : List.copyOf(watches)) {
                try {
                    watch.say("id: %d\nevent: changed\ndata: {\"path\":\"%s\",\"change\":\"%s\",\"generation\":1}\n\n"
                            .formatted(index.get(), path, change));
                } catch (IOException gone) {
                    watches.remove(watch);
                }
            }
        }
    }

    private void answer(Request request, Connection connection) throws IOException, InterruptedException {
        var method = request.line().split(" ", -1)[0];
        var path = request.path();
        if (deaf) {
            problem(connection, 503, "no-leader");
        } else if (path.startsWith("/api/v1/watch")) {
            synchronized (watches) { // no change between the greeting and the first that is heard
                connection.say("HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n: hello\n\n");
                watches.add(connection);
            }
            Thread.sleep(60_000);
        } else if (path.endsWith("/events")) {
            connection.say("HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n: hello\n\n");
            Thread.sleep(60_000);
        } else if (path.endsWith("/lock-sessions")) {
            connection.answer("{\"session\":%d,\"ttlMillis\":3000,\"epoch\":0,\"keepAliveMillis\":200}"
                    .formatted(index.incrementAndGet()));
        } else if (path.startsWith("/api/v1/lock-sessions/")) {
            session(path, connection);
        } else if (path.equals("/api/v1/directories")) {
            makeDirectory(request, connection);
        } else if (path.endsWith("?list=true")) {
            list(path.substring("/api/v1/files".length(), path.length() - "?list=true".length()), connection);
        } else {
            file(method, path.substring("/api/v1/files".length()).replace("?ephemeral=true", ""), request, connection);
        }
    }

    private void session(String path, Connection connection) throws IOException {
        if (ended.containsKey(Long.parseLong(path.split("/", -1)[4]))) {
            problem(connection, 410, "session-expired");
        } else if (path.endsWith("/keep-alive")) {
            connection.answer("{\"remainingMillis\":3000,\"seq\":1}");
        } else {
            connection.say("HTTP/1.1 204 No Content\n\n");
        }
    }

    private void makeDirectory(Request request, Connection connection) throws IOException {
        var path = request.body().replaceAll(".*\"path\":\"([^\"]*)\".*", "$1");
        if (files.containsKey(path)) {
            problem(connection, 409, "file-exists");
        } else if (path.lastIndexOf('/') > 0 && !files.containsKey(path.substring(0, path.lastIndexOf('/')))) {
            problem(connection, 404, "no-such-directory");
        } else {
            directory(path);
            connection.say("HTTP/1.1 201 Created\nContent-Length: 2\n\n{}");
        }
    }

    private void list(String directory, Connection connection) throws IOException {
        if (!files.containsKey(directory)) {
            problem(connection, 404, "no-such-file");
            return;
        }
        connection.answer(files.entrySet().stream()
                .filter(file -> file.getKey().startsWith(directory + "/")
                        && file.getKey().indexOf('/', directory.length() + 1) < 0)
                .map(file -> "{\"path\":\"%s\",\"directory\":%b,\"size\":1,\"instance\":%d,\"generation\":%d%s}"
                        .formatted(
                                file.getKey(),
                                file.getValue().directory(),
                                file.getValue().instance(),
                                file.getValue().generation(),
                                file.getValue().session() == 0
                                        ? ""
                                        : ",\"session\":" + file.getValue().session()))
                .collect(Collectors.joining(",", "{\"path\":\"" + directory + "\",\"files\":[", "]}")));
    }

    private void file(String method, String path, Request request, Connection connection) throws IOException {
        var file = files.get(path);
        if (method.equals("GET")) {
            if (file == null) {
                problem(connection, 404, "no-such-file");
            } else {
                connection.say("HTTP/1.1 200 OK\nETag: \"%d\"\nContent-Length: %d\n\n%s"
                        .formatted(file.generation(), file.content().length(), file.content()));
            }
            return;
        }
        long session = Long.parseLong(request.header("X-Lock-Session"));
        if (ended.containsKey(session)) {
            problem(connection, 410, "session-expired");
        } else if (method.equals("DELETE")) {
            files.remove(path);
            tell(path, "DELETED");
            connection.say("HTTP/1.1 204 No Content\n\n");
        } else if (!files.containsKey(path.substring(0, path.lastIndexOf('/')))) {
            problem(connection, 404, "no-such-directory");
        } else {
            put(path, request.body(), session);
            connection.answer("{\"instance\":%d,\"generation\":%d}".formatted(index.get(), index.get()));
        }
    }

    private static void problem(Connection connection, int status, String code) throws IOException {
        var body = "{\"status\":%d,\"code\":\"%s\"}".formatted(status, code);
        connection.say("HTTP/1.1 %d Problem\nContent-Type: application/problem+json\nContent-Length: %d\n\n%s"
                .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body));
    }

    @Override
    public void close() {
        server.close();
    }
}
