package io.covenant.locks.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A small lock service of several nodes with one memory, on real sockets, that misbehaves as a test wants.
final class FakeLockService implements AutoCloseable {

    /// @param path with the query
    record Seen(int node, String method, String path, Map<String, String> headers, String body) {}

    private record Hold(long session, long strand, long token, List<Long> requests) {}

    private record Waiter(long session, long strand, long seq, String name, String mode) {}

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    /// Requests whose answers are lost, after they took effect.
    final AtomicInteger answersToLose = new AtomicInteger();
    /// How often a node says that there is no primary.
    final AtomicInteger refusals = new AtomicInteger();

    private final List<HttpServer> nodes = new ArrayList<>();
    private final Set<Integer> dead = new HashSet<>();
    private final Map<Long, Map<Long, String>> sessions = new TreeMap<>();
    private final Map<String, Hold> holds = new TreeMap<>();
    private final List<Waiter> queue = new ArrayList<>();
    private int largest;
    private final List<OutputStream> streams = new CopyOnWriteArrayList<>();
    private final Map<String, String> files = new TreeMap<>();
    private final AtomicLong numbers = new AtomicLong(100);
    private volatile int primary;
    private volatile long term = 1;
    private volatile boolean hung;

    FakeLockService(int size) {
        for (int i = 0; i < size; i++) {
            int node = i;
            try {
                var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
                server.setExecutor(Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().factory()));
                server.createContext("/", exchange -> handle(node, exchange));
                server.start();
                nodes.add(server);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    List<URI> addresses() {
        return nodes.stream().map(node -> URI.create(address(node))).toList();
    }

    private static String address(HttpServer node) {
        return "http://127.0.0.1:" + node.getAddress().getPort();
    }

    int primary() {
        return primary;
    }

    void lead(int node) {
        synchronized (this) {
            primary = node;
            term++;
            notifyAll();
        }
    }

    void kill(int node) {
        nodes.get(node).stop(0);
        dead.add(node);
    }

    /// No answer to anything, as from a stopped process.
    void hang(boolean hang) {
        synchronized (this) {
            hung = hang;
            notifyAll();
        }
    }

    synchronized void expireAll() {
        sessions.clear();
        holds.clear();
        notifyAll();
    }

    /// As many requests came in one call.
    synchronized int largestCall() {
        return largest;
    }

    synchronized void forceRelease(String name) {
        var hold = holds.remove(name);
        if (hold != null) {
            tell("released", "{\"name\":\"%s\",\"token\":%d,\"cause\":\"FORCED\"}".formatted(name, hold.token()));
        }
        notifyAll();
    }

    synchronized int sessions() {
        return sessions.size();
    }

    synchronized boolean holds(String name) {
        return holds.containsKey(name);
    }

    long count(Predicate<Seen> which) {
        return seen.stream().filter(which).count();
    }

    int listeners() {
        return streams.size();
    }

    void tell(String event, String data) {
        synchronized (streams) {
            for (var stream : List.copyOf(streams)) {
                try {
                    stream.write("id: %d\nevent: %s\ndata: %s\n\n"
                            .formatted(numbers.incrementAndGet(), event, data)
                            .getBytes(StandardCharsets.UTF_8));
                    stream.flush();
                } catch (IOException gone) {
                    streams.remove(stream);
                }
            }
        }
    }

    void hangUpStreams() throws IOException {
        for (var stream : List.copyOf(streams)) {
            streams.remove(stream);
            stream.close();
        }
    }

    @Override
    public void close() {
        hang(false);
        for (int i = 0; i < nodes.size(); i++) {
            if (dead.add(i)) {
                nodes.get(i).stop(0);
            }
        }
        streams.clear();
    }

    private record Response(int status, String body, Map<String, String> headers) {
        static Response of(int status, String body) {
            return new Response(status, body, Map.of());
        }
    }

    private void handle(int node, HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var path = exchange.getRequestURI().toString();
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            seen.add(new Seen(node, exchange.getRequestMethod(), path, headers, body));
            synchronized (this) {
                while (hung) {
                    wait();
                }
            }
            if (path.contains("/events") || path.startsWith("/api/v1/watch")) {
                stream(exchange);
                return;
            }
            var response = answer(node, exchange.getRequestMethod(), path, headers, body);
            if (response.status() < 300 && answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return; // closing without an answer
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("X-Lock-Term", Long.toString(term));
            response.headers().forEach(exchange.getResponseHeaders()::set);
            var bytes = response.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(response.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        var out = exchange.getResponseBody();
        synchronized (streams) { // nothing is told between the greeting and the first that is heard
            out.write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            streams.add(out);
        }
        while (streams.contains(out)) {
            Thread.sleep(20);
        }
    }

    private synchronized Response answer(int node, String method, String path, Map<String, String> headers, String body)
            throws InterruptedException {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return Response.of(503, "{\"status\":503,\"code\":\"no-leader\",\"retryAfterMillis\":30}");
        }
        if (node != primary) {
            var leader = address(nodes.get(primary));
            return new Response(307, "", Map.of("X-Lock-Leader", leader, "Location", leader + path));
        }
        if (path.startsWith("/api/v1/files/")) {
            return file(method, path, headers, body);
        }
        if (path.startsWith("/api/v1/elections/")) {
            return election(path.substring("/api/v1/elections/".length()));
        }
        if (path.equals("/api/v1/lock-sessions")) {
            long id = numbers.incrementAndGet();
            sessions.put(id, new TreeMap<>());
            return Response.of(
                    201,
                    "{\"session\":%d,\"ttlMillis\":%d,\"epoch\":0,\"keepAliveMillis\":0,\"unheardOf\":1}"
                            .formatted(id, json(body).get("ttlMillis").asLong()));
        }
        if (path.equals("/api/v1/lock-requests")) {
            return together(node, json(body).get("requests"));
        }
        if (path.equals("/api/v1/lock-keep-alives")) {
            return keepAlives(json(body).get("keepAlives"));
        }
        var parts = path.split("/", -1);
        long id = Long.parseLong(parts[4]);
        var known = sessions.get(id);
        if (known == null) {
            return Response.of(410, "{\"status\":410,\"code\":\"session-expired\"}");
        }
        if (method.equals("DELETE")) {
            sessions.remove(id);
            holds.values().removeIf(hold -> hold.session() == id);
            notifyAll();
            return Response.of(204, "");
        }
        var asked = json(body);
        return switch (parts[5]) {
            case "keep-alive" ->
                Response.of(
                        200,
                        "{\"remainingMillis\":60000,\"seq\":" + asked.get("seq").asLong() + "}");
            case "acquire" -> acquire(id, asked, headers, node);
            case "release" -> release(id, asked);
            case "cancel" -> cancel(id, asked);
            default -> Response.of(404, "");
        };
    }

    private Response together(int node, JsonNode requests) throws InterruptedException {
        largest = Math.max(largest, requests.size());
        List<String> answers = new ArrayList<>();
        for (var request : requests) {
            long id = request.get("session").asLong();
            var kind = request.has("acquire") ? "acquire" : request.has("release") ? "release" : "cancel";
            var asked = request.get(kind);
            seen.add(new Seen(node, "POST", "/api/v1/lock-sessions/" + id + "/" + kind, Map.of(), asked.toString()));
            var alone = !sessions.containsKey(id)
                    ? Response.of(410, "{\"status\":410,\"code\":\"session-expired\"}")
                    : switch (kind) {
                        case "acquire" -> acquire(id, asked, Map.of(), node);
                        case "release" -> release(id, asked);
                        default -> cancel(id, asked);
                    };
            var body = alone.status() == 202
                    ? "queued"
                    : alone.status() / 100 != 2
                            ? "problem"
                            : switch (kind) {
                                case "acquire" -> "granted";
                                case "release" -> "released";
                                default -> "cancelled";
                            };
            answers.add("{\"status\":%d,\"%s\":%s}".formatted(alone.status(), body, alone.body()));
        }
        return Response.of(200, "{\"answers\":[%s]}".formatted(String.join(",", answers)));
    }

    private Response keepAlives(JsonNode keepAlives) {
        List<String> answers = new ArrayList<>();
        for (var one : keepAlives) {
            answers.add(
                    sessions.containsKey(one.get("session").asLong())
                            ? "{\"status\":200,\"kept\":{\"remainingMillis\":60000,\"seq\":%d}}"
                                    .formatted(one.get("seq").asLong())
                            : "{\"status\":410,\"problem\":{\"status\":410,\"code\":\"session-expired\"}}");
        }
        return Response.of(200, "{\"answers\":[%s]}".formatted(String.join(",", answers)));
    }

    synchronized void expire(long session) {
        sessions.remove(session);
        holds.values().removeIf(hold -> hold.session() == session);
        notifyAll();
    }

    /// Passes it on to the first who waits.
    private void serve(String name) {
        for (var waiter : List.copyOf(queue)) {
            var answers = sessions.get(waiter.session());
            if (waiter.name().equals(name) && !holds.containsKey(name) && answers != null) {
                queue.remove(waiter);
                var granted = grant(waiter.session(), waiter.strand(), waiter.seq(), name, waiter.mode(), null);
                answers.put(waiter.seq(), granted);
                tell(
                        "settled",
                        "{\"seq\":%d,\"outcome\":\"GRANTED\",\"grants\":%s}"
                                .formatted(waiter.seq(), json(granted).get("grants")));
            }
        }
    }

    private void awaitTurn(Waiter waiter, long waitMillis) {
        queue.remove(waiter);
        queue.add(waiter);
        if (waitMillis > 0) {
            Thread.startVirtualThread(() -> {
                try {
                    Thread.sleep(waitMillis);
                } catch (InterruptedException end) {
                    return;
                }
                timeOut(waiter);
            });
        }
    }

    private synchronized void timeOut(Waiter waiter) {
        var answers = sessions.get(waiter.session());
        if (queue.remove(waiter) && answers != null) {
            answers.put(waiter.seq(), "{\"status\":423,\"code\":\"timed-out\"}");
            tell("settled", "{\"seq\":%d,\"outcome\":\"TIMED_OUT\"}".formatted(waiter.seq()));
        }
    }

    private static JsonNode json(String body) {
        return HttpCalls.JSON.readTree(body);
    }

    private Response acquire(long session, JsonNode asked, Map<String, String> headers, int node)
            throws InterruptedException {
        long seq = asked.get("seq").asLong();
        var name = asked.get("wants").get(0).get("name").asString();
        var mode = asked.get("wants").get(0).get("mode").asString();
        long strand = asked.get("strand").asLong();
        long wait = asked.get("waitMillis").asLong();
        boolean keptOpen = headers.containsKey("Prefer");
        long until = System.nanoTime() + (wait < 0 ? 1_000 : Math.min(wait, 1_000)) * 1_000_000;
        while (true) {
            var answers = sessions.get(session);
            if (answers == null) {
                return Response.of(410, "{\"status\":410,\"code\":\"session-expired\"}");
            }
            var before = answers.get(seq);
            if (before != null) {
                return Response.of(before.contains("\"grants\"") ? 200 : 409, before);
            }
            if (node != primary) {
                return Response.of(503, "{\"status\":503,\"code\":\"outcome-unknown\"}");
            }
            var hold = holds.get(name);
            if (hold == null || (hold.session() == session && hold.strand() == strand)) {
                var granted = grant(session, strand, seq, name, mode, hold);
                answers.put(seq, granted);
                return Response.of(200, granted);
            }
            long left = (until - System.nanoTime()) / 1_000_000;
            if (!keptOpen || left <= 0) {
                if (!keptOpen && wait != 0) {
                    awaitTurn(new Waiter(session, strand, seq, name, mode), wait);
                    return Response.of(202, "{\"ticket\":1,\"position\":0}");
                }
                return wait == 0
                        ? Response.of(423, "{\"status\":423,\"code\":\"busy\",\"name\":\"" + name + "\"}")
                        : wait > 0 && left <= 0
                                ? Response.of(423, "{\"status\":423,\"code\":\"timed-out\"}")
                                : Response.of(202, "{\"ticket\":1,\"position\":0}");
            }
            wait(left);
        }
    }

    private String grant(long session, long strand, long seq, String name, String mode, @Nullable Hold hold) {
        List<Long> requests = new ArrayList<>(hold == null ? List.of() : hold.requests());
        requests.add(seq);
        long token = hold == null ? numbers.incrementAndGet() : hold.token();
        holds.put(name, new Hold(session, strand, token, requests));
        return """
            {"index":%d,"remainingMillis":60000,"grants":[
              {"name":"%s","mode":"%s","token":%d,"sequencer":"v1:exclusive:%d:%s","holds":%d}]}""".formatted(numbers.get(), name, mode, token, token, name, requests.size());
    }

    private Response release(long session, JsonNode asked) {
        var name = asked.get("names").get(0).asString();
        var answers = sessions.get(session);
        var hold = holds.get(name);
        if (answers != null && answers.containsKey(asked.get("seq").asLong())) {
            return Response.of(200, "{\"holds\":[0]}");
        }
        if (answers == null
                || hold == null
                || hold.session() != session
                || hold.token() != asked.get("token").asLong()) {
            return Response.of(409, "{\"status\":409,\"code\":\"not-held\",\"detail\":\"nobody holds it\"}");
        }
        answers.put(asked.get("seq").asLong(), "released");
        give(name, hold, hold.requests().getLast());
        return Response.of(200, "{\"holds\":[%d]}".formatted(hold.requests().size() - 1));
    }

    private void give(String name, Hold hold, Long request) {
        List<Long> left = new ArrayList<>(hold.requests());
        left.remove(request);
        if (left.isEmpty()) {
            holds.remove(name);
            serve(name);
        } else {
            holds.put(name, new Hold(hold.session(), hold.strand(), hold.token(), left));
        }
        notifyAll();
    }

    private Response cancel(long session, JsonNode asked) {
        long target = asked.get("requestSeq").asLong();
        queue.removeIf(waiter -> waiter.session() == session && waiter.seq() == target);
        for (var named : List.copyOf(holds.entrySet())) {
            if (named.getValue().session() == session
                    && named.getValue().requests().contains(target)) {
                give(named.getKey(), named.getValue(), target);
                return Response.of(200, "{\"undone\":\"GRANT\"}");
            }
        }
        var answers = sessions.get(session);
        if (answers != null) {
            answers.put(target, "{\"status\":409,\"code\":\"cancelled\"}");
        }
        notifyAll();
        return Response.of(200, "{\"undone\":\"WAITER\"}");
    }

    private Response file(String method, String path, Map<String, String> headers, String body) {
        var name = path.replaceAll("\\?.*", "");
        return switch (method) {
            case "GET" -> read(files.get(name));
            case "PUT" -> write(name, headers.get("If-Match"), body);
            default -> {
                files.remove(name);
                yield Response.of(204, "");
            }
        };
    }

    private static Response read(@Nullable String content) {
        return content == null
                ? Response.of(404, "{\"status\":404,\"code\":\"no-such-file\"}")
                : new Response(200, content, Map.of("ETag", "\"" + content.length() + "\""));
    }

    private Response write(String name, @Nullable String expected, String body) {
        var before = files.get(name);
        if (expected != null && (before == null || !expected.equals("\"" + before.length() + "\""))) {
            return Response.of(412, "{\"status\":412,\"code\":\"wrong-generation\",\"current\":3}");
        }
        files.put(name, body);
        return Response.of(200, "{\"instance\":1,\"generation\":" + body.length() + "}");
    }

    private Response election(String name) {
        var hold = holds.get(name);
        return Response.of(
                200,
                hold == null
                        ? "{\"name\":\"x\"}"
                        : "{\"name\":\"x\",\"session\":%d,\"token\":%d,\"value\":\"here\"}"
                                .formatted(hold.session(), hold.token()));
    }
}
