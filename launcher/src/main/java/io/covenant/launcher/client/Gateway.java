package io.covenant.launcher.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The platform's one door, spoken to in JSON.
public final class Gateway implements AutoCloseable {

    /// Reads and writes the JSON of the API.
    public static final JsonMapper JSON = JsonMapper.shared();

    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final URI base;
    private final Duration timeout;
    private final Credentials credentials;
    private final HttpClient http;

    /// The gateway at this address; a request without an answer is given up after the time-out.
    public Gateway(URI base, Duration timeout, Credentials credentials) {
        this.base = base;
        this.timeout = timeout;
        this.credentials = credentials;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /// Reads.
    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /// Replaces what is at the path.
    public Answer put(String path, JsonNode body) throws IOException, InterruptedException {
        return send(request(path).PUT(json(body)));
    }

    /// Asks for something to be done, once for each key.
    public Answer post(String path, @Nullable JsonNode body, String key) throws IOException, InterruptedException {
        return post(path, body, Map.of(IDEMPOTENCY_KEY, key));
    }

    Answer post(String path, @Nullable JsonNode body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        headers.forEach(request::header);
        return send(request.POST(body == null ? BodyPublishers.noBody() : json(body)));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, application/problem+json");
    }

    private static HttpRequest.BodyPublisher json(JsonNode body) {
        return BodyPublishers.ofString(JSON.writeValueAsString(body));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(credentials.on(request).build(), BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                parsed(response.body()),
                response.headers().firstValue("Location").map(URI::create),
                response.headers().firstValue("Retry-After").flatMap(Gateway::seconds));
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException _) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    private static Optional<Duration> seconds(String text) {
        try {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text.strip())));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
