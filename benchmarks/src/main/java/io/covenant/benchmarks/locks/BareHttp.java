package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.KeepAliveClient;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// This project's lock service, asked by the least that speaks HTTP.
final class BareHttp implements LockSystem {

    static final String NAME = "covenant-http";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, String> WAITING = Map.of("Prefer", "wait=10");
    private static final Pattern SESSION = Pattern.compile("\"session\":(\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"token\":(\\d+)");

    private final LockNodes nodes;
    private final KeepAliveClient client;
    private final ScheduledExecutorService timer =
            Executors.newScheduledThreadPool(1, Thread.ofPlatform().daemon().factory());

    BareHttp(LockNodes nodes) throws IOException, InterruptedException {
        this.nodes = nodes;
        client = new KeepAliveClient(nodes.port(nodes.primary()), PATIENCE);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the same nodes; a socket, a request and a search in the answer, a session each kept alive";
    }

    @Override
    public Durability durability() {
        return Durability.MAJORITY;
    }

    @Override
    public boolean shares() {
        return true;
    }

    @Override
    public boolean hasSessions() {
        return true;
    }

    @Override
    public LockUser join(int number) throws IOException {
        long session = find(
                SESSION,
                client.post(
                        "/api/v1/lock-sessions",
                        "{\"name\":\"bare-%d\",\"ttlMillis\":%d}".formatted(number, LocksBenchmark.TTL.toMillis())));
        return new User("/api/v1/lock-sessions/" + session);
    }

    private final class User implements LockUser {

        private final String path;
        private final ScheduledFuture<?> keepingAlive;
        private final AtomicLong keepAlives = new AtomicLong();
        private long seq;

        User(String path) {
            this.path = path;
            long period = LocksBenchmark.TTL.toMillis() / 3;
            keepingAlive = timer.scheduleAtFixedRate(
                    () -> Thread.startVirtualThread(this::keepAlive), period, period, TimeUnit.MILLISECONDS);
        }

        private void keepAlive() {
            try {
                client.post(path + "/keep-alive", "{\"seq\":%d,\"ackUpTo\":0}".formatted(keepAlives.incrementAndGet()));
            } catch (IOException e) {
                // The next one does.
            }
        }

        @Override
        public Hold acquire(String lock, boolean shared) throws IOException {
            long asked = ++seq;
            String request =
                    "{\"seq\":%d,\"ackUpTo\":%d,\"waitMillis\":-1,\"wants\":[{\"name\":\"%s\",\"mode\":\"%s\"}]}"
                            .formatted(asked, asked - 1, lock, shared ? "SHARED" : "EXCLUSIVE");
            Answer answer = client.post(path + "/acquire", request, WAITING);
            while (answer.status() == 202) {
                answer = client.post(path + "/acquire", request, WAITING);
            }
            long token = find(TOKEN, answer);
            return () -> release(lock, token);
        }

        private void release(String lock, long token) throws IOException {
            long asked = ++seq;
            Answer answer = client.post(
                    path + "/release",
                    "{\"seq\":%d,\"ackUpTo\":%d,\"names\":[\"%s\"],\"token\":%d}"
                            .formatted(asked, asked - 1, lock, token));
            if (answer.status() != 200) {
                throw new IOException("unexpected: " + answer);
            }
        }

        @Override
        public void close() {
            keepingAlive.cancel(false);
            try {
                client.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static long find(Pattern number, Answer answer) throws IOException {
        Matcher found = number.matcher(answer.body());
        if (answer.status() / 100 != 2 || !found.find()) {
            throw new IOException("unexpected: " + answer);
        }
        return Long.parseLong(found.group(1));
    }

    @Override
    public SequencedMap<String, ProcessHandle> servers() {
        return nodes.handles();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            client.close();
        } catch (IOException e) {
            // Nothing is asked any more.
        }
    }
}
