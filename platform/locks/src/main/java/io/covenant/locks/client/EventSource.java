package io.covenant.locks.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Where streams of events come from.
@FunctionalInterface
interface EventSource {

    /// @param headers by their names in lower case
    record Opened(int status, Map<String, String> headers, InputStream body) {}

    /// @param more headers
    Opened open(String node, String path, Map<String, String> more) throws IOException, InterruptedException;

    /// By the application's HTTP client, with its TLS or its proxy.
    static EventSource by(HttpClient http, Supplier<Map<String, String>> headers) {
        return (node, path, more) -> {
            var request = HttpRequest.newBuilder(URI.create(node + path));
            headers.get().forEach(request::setHeader);
            more.forEach(request::setHeader);
            var response = http.send(
                    request.setHeader("Accept", "text/event-stream").GET().build(), BodyHandlers.ofInputStream());
            return new Opened(response.statusCode(), Reply.headers(response), response.body());
        };
    }

    /// By a connection of its own, whose reader is woken by nobody else.
    ///
    /// @param patience until it begins
    /// @param silence  which no stream of the service keeps
    static EventSource direct(
            Certificates certificates, Duration patience, Duration silence, Supplier<Map<String, String>> headers) {
        return (node, path, more) -> {
            var all = new LinkedHashMap<>(headers.get());
            all.putAll(more);
            var connection = new NodeConnection(
                    URI.create(node), certificates.forNode(node), Math.toIntExact(patience.toMillis()));
            try {
                return connection.open(path, all, Math.toIntExact(silence.toMillis()));
            } catch (IOException | RuntimeException failure) {
                connection.close();
                throw failure;
            }
        };
    }
}
