package io.covenant.locks.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Requests to a node, as anybody sends them.
public final class Api {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;

    public Api(URI base) {
        this.base = base;
    }

    public URI address() {
        return base;
    }

    /// An answer, read.
    public record Said(int status, JsonNode body, HttpResponse<byte[]> response) {

        public String code() {
            return body.path("code").asString("");
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    public Said get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    public Said post(String path, String json, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public Said put(String path, byte[] body, String... headers) {
        return send(request(path, headers).PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    public Said delete(String path, String... headers) {
        return send(request(path, headers).DELETE());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    private Said send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            var type = response.headers().firstValue("Content-Type").orElse("");
            var body = response.body().length > 0 && type.contains("json")
                    ? MAPPER.readTree(response.body())
                    : MAPPER.createObjectNode();
            return new Said(response.statusCode(), body, response);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(end);
        }
    }

    /// Opens a stream, to be read line by line.
    public BufferedReader stream(String path, String... headers) {
        try {
            var response = http.send(request(path, headers).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.statusCode() + ": "
                        + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
            }
            return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(end);
        }
    }

    // ---- what most tests begin with

    public long open(long ttlMillis) {
        return open("test", ttlMillis);
    }

    public long open(String name, long ttlMillis) {
        return post("/api/v1/lock-sessions", MAPPER.writeValueAsString(Map.of("name", name, "ttlMillis", ttlMillis)))
                .body()
                .path("session")
                .asLong();
    }

    public Said acquire(long session, long seq, String name, String more, String... headers) {
        return post(
                "/api/v1/lock-sessions/%d/acquire".formatted(session),
                "{\"seq\":%d,\"ackUpTo\":0,\"wants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\"}]%s}"
                        .formatted(seq, name, more),
                headers);
    }

    public Said release(long session, long seq, String name, long token) {
        return post(
                "/api/v1/lock-sessions/%d/release".formatted(session),
                "{\"seq\":%d,\"ackUpTo\":0,\"names\":[\"%s\"],\"token\":%d}".formatted(seq, name, token));
    }

    /// The token of the first grant.
    public static long token(Said said) {
        if (said.status() != 200) {
            throw new AssertionError(said.status() + " " + said.body());
        }
        return said.body().path("grants").path(0).path("token").asLong();
    }
}
