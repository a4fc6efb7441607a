package io.covenant.locks.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// How many requests get to a node in one call, and their answers back.
///
/// What is asked without pause goes by connections of our own, where that is possible: a call of the JDK's client wakes
/// four threads, which costs more than all else that a client does for a request.
interface Post extends AutoCloseable {

    Reply post(String node, String path, byte[] json) throws IOException, InterruptedException;

    @Override
    void close();

    /// By the application's HTTP client, with its TLS or its proxy.
    static Post by(HttpClient http, Duration patience, Supplier<Map<String, String>> headers) {
        return new Post() {
            @Override
            public Reply post(String node, String path, byte[] json) throws IOException, InterruptedException {
                var request = HttpRequest.newBuilder(URI.create(node + path)).timeout(patience);
                headers.get().forEach(request::setHeader);
                request.setHeader("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(json));
                return Reply.of(http.send(request.build(), BodyHandlers.ofByteArray()));
            }

            @Override
            public void close() {}
        };
    }

    /// By connections of our own, that stay open.
    static Post direct(Certificates certificates, Duration patience, Supplier<Map<String, String>> headers) {
        return new Direct(certificates, Math.toIntExact(patience.toMillis()), headers);
    }

    /// Connections to the nodes, at most one for each call at a time.
    final class Direct implements Post {

        /// Less than the service keeps a silent connection open.
        private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(15);

        private final Certificates certificates;
        private final int patienceMillis;
        private final Supplier<Map<String, String>> headers;
        private final Map<String, Deque<NodeConnection>> resting = new ConcurrentHashMap<>();
        private volatile boolean closed;

        private Direct(Certificates certificates, int patienceMillis, Supplier<Map<String, String>> headers) {
            this.certificates = certificates;
            this.patienceMillis = patienceMillis;
            this.headers = headers;
        }

        @Override
        public Reply post(String node, String path, byte[] json) throws IOException {
            var idle = resting.computeIfAbsent(node, _ -> new ConcurrentLinkedDeque<>());
            var connection = rested(idle, node);
            boolean kept = false;
            try {
                var reply = connection.post(path, headers.get(), json);
                kept = connection.stays() && !closed;
                return reply;
            } finally {
                if (kept) {
                    connection.rest();
                    idle.push(connection);
                } else {
                    connection.close();
                }
            }
        }

        private NodeConnection rested(Deque<NodeConnection> idle, String node) throws IOException {
            var security = certificates.forNode(node);
            for (var one = idle.poll(); one != null; one = idle.poll()) {
                if (one.isBy(security) && one.restedNanos() < LONGEST_REST_NANOS) {
                    return one;
                }
                one.close();
            }
            return new NodeConnection(URI.create(node), security, patienceMillis);
        }

        @Override
        public void close() {
            closed = true;
            for (var idle : resting.values()) {
                for (var one = idle.poll(); one != null; one = idle.poll()) {
                    one.close();
                }
            }
        }
    }
}
