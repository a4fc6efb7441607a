package io.covenant.locks.client;

import io.covenant.locks.session.SessionSettings;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connections and threads of a client, or of several that share them. Who leaves last closes them.
final class Connections {

    private final Threads threads;
    private final Post post;
    private final EventSource source;
    private final HttpCalls http;
    private final Courier courier;
    private final boolean ownHttp;
    private volatile int users = 1;

    /// @param given the application's HTTP client, for TLS or a proxy; null for one of our own
    /// @param headers of every request
    Connections(SessionSettings settings, @Nullable HttpClient given, Supplier<Map<String, String>> headers) {
        threads = new Threads(settings.name());
        ownHttp = given == null;
        var patience = Duration.ofMillis(Math.max(500, 2 * settings.attemptMillis()));
        var client = given != null ? given : client(settings, threads);
        boolean plain = ownHttp && settings.nodes().stream().allMatch(node -> node.startsWith("http://"));
        post = plain ? Post.plain(patience, headers) : Post.by(client, patience, headers);
        source = plain
                ? EventSource.plain(patience, Duration.ofSeconds(EventStream.SILENCE_SECONDS), headers)
                : EventSource.by(client, headers);
        http = new HttpCalls(client, threads, post, headers);
        courier = new Courier(http, threads);
    }

    private static HttpClient client(SessionSettings settings, Threads threads) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads.vital())
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(settings.attemptMillis()))
                .build();
    }

    Threads threads() {
        return threads;
    }

    HttpCalls http() {
        return http;
    }

    Courier courier() {
        return courier;
    }

    EventSource source() {
        return source;
    }

    /// Whether keep-alives of others may come along.
    boolean shared() {
        return users > 1;
    }

    /// For one more client.
    synchronized Connections join() {
        if (users == 0) {
            throw new IllegalStateException("the lock client is closed");
        }
        users++;
        return this;
    }

    synchronized void leave() {
        users--;
        if (users > 0) {
            return;
        }
        if (ownHttp) {
            http.http().shutdownNow();
        }
        post.close();
        threads.close();
    }
}
