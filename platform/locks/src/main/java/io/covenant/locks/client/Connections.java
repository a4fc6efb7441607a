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
    private final @Nullable OwnHttp own;
    private volatile int users = 1;

    /// @param given        the application's HTTP client, for a proxy above all; null for connections of our own
    /// @param certificates of those
    /// @param headers      of every request
    Connections(
            SessionSettings settings,
            @Nullable HttpClient given,
            Certificates certificates,
            Supplier<Map<String, String>> headers) {
        threads = new Threads(settings.name());
        var patience = Duration.ofMillis(Math.max(500, 2 * settings.attemptMillis()));
        if (given == null) {
            var silence = Duration.ofSeconds(EventStream.SILENCE_SECONDS);
            own = new OwnHttp(settings, threads, certificates);
            post = Post.direct(certificates, patience, headers);
            source = EventSource.direct(certificates, patience, silence, headers);
            http = new HttpCalls(own, threads, post, headers);
        } else {
            own = null;
            post = Post.by(given, patience, headers);
            source = EventSource.by(given, headers);
            http = new HttpCalls(() -> given, threads, post, headers);
        }
        courier = new Courier(http, threads);
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
        if (own != null) {
            own.close();
        }
        post.close();
        threads.close();
    }
}
