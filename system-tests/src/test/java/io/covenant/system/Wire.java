package io.covenant.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The way from one node to a service, on which a test stands: it sees each request before it arrives, and can have it
/// or its answer get lost.
///
/// What is lost is not refused: whoever sent it waits as long as he has patience.
final class Wire implements AutoCloseable {

    /// What becomes of a request.
    enum Fate {
        ARRIVES,
        /// It is never heard of again.
        LOST,
        /// It is done, and nobody hears so.
        ANSWER_LOST
    }

    /// Decides about each request, in the middle of its way.
    @FunctionalInterface
    interface Watcher {
        Fate on(String path, String body) throws Exception;
    }

    private static final Set<String> OWN = Set.of("host", "content-length", "connection", "upgrade", "expect");
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final List<URI> instances;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Watcher watcher = (_, _) -> Fate.ARRIVES;

    private Wire(List<URI> instances, HttpServer server) {
        this.instances = List.copyOf(instances);
        this.server = server;
    }

    /// A way to these instances of a service, which take turns.
    static Wire to(List<URI> instances) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            var wire = new Wire(instances, server);
            server.setExecutor(wire.threads);
            server.createContext("/", wire::pass);
            server.start();
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where it begins.
    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// Has another one decide from now on.
    void watch(Watcher newWatcher) {
        watcher = newWatcher;
    }

    /// How many requests were seen.
    int requests() {
        return requests.get();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            int number = requests.getAndIncrement();
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            switch (watcher.on(exchange.getRequestURI().getPath(), body)) {
                case ARRIVES -> answer(exchange, forward(exchange, body, number));
                case LOST -> hang();
                case ANSWER_LOST -> {
                    var _ = forward(exchange, body, number);
                    hang();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, String body, int number)
            throws IOException, InterruptedException {
        var instance = instances.get(Math.floorMod(number, instances.size()));
        var request = HttpRequest.newBuilder(
                        instance.resolve(exchange.getRequestURI().toString()))
                .timeout(LONGEST)
                .method(exchange.getRequestMethod(), BodyPublishers.ofString(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> answer) throws IOException {
        answer.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        answer.headers()
                .firstValue("Retry-After")
                .ifPresent(time -> exchange.getResponseHeaders().set("Retry-After", time));
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    private void hang() throws InterruptedException {
        var _ = over.await(LONGEST.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
        http.shutdownNow();
    }
}
