package io.covenant.transactions.participant;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Talks to a service as a coordinator does.
public final class Http {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;

    /// @param status the HTTP status
    /// @param body   an empty tree when there is none
    public record Answer(int status, JsonNode body) {

        public String text(String pointer) {
            return body.at(pointer).asString("");
        }
    }

    public Http(ApplicationContext service) {
        this(service, "local.server.port");
    }

    private Http(ApplicationContext service, String port) {
        base = "http://127.0.0.1:" + service.getEnvironment().getRequiredProperty(port);
    }

    /// What the service counts.
    public static String metrics(ApplicationContext service) {
        return new Http(service, "local.management.port").text("/actuator/prometheus");
    }

    public Answer post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public String text(String path) {
        return exchange(request(path).GET()).body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(20));
    }

    private Answer send(HttpRequest.Builder request) {
        var response = exchange(request);
        return new Answer(
                response.statusCode(),
                response.body().isEmpty() ? MAPPER.createObjectNode() : MAPPER.readTree(response.body()));
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
