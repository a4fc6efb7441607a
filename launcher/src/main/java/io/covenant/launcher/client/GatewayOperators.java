package io.covenant.launcher.client;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The gateway's door for operators.
public final class GatewayOperators implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// So often somebody else may change the same service first.
    private static final int ATTEMPTS = 5;

    /// How a change is meant.
    ///
    /// @param dryRun only to see what would be
    /// @param force  also if nobody serves any longer
    public record How(boolean dryRun, boolean force) {}

    private final URI base;
    private final String operator;
    private final Credentials credentials;
    private final HttpClient http;

    /// @param operator who asks
    public GatewayOperators(URI base, String operator, Credentials credentials) {
        this.base = base;
        this.credentials = credentials;
        this.operator = operator;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /// The services, each with its settings and instances.
    public JsonNode clusters() throws IOException, InterruptedException {
        return read(send(request("/admin/clusters").GET()));
    }

    public JsonNode cluster(String service) throws IOException, InterruptedException {
        return read(send(request(path(service)).GET()));
    }

    /// The routes, each with its service and what it has beside it.
    public JsonNode routes() throws IOException, InterruptedException {
        return read(send(request("/admin/routes").GET()));
    }

    /// How a service is doing.
    public JsonNode state(String service) throws IOException, InterruptedException {
        return read(send(request(path(service) + "/state").GET()));
    }

    /// Whether what operators did stands in the audit as it was written; empty where it is kept in memory only.
    public Optional<JsonNode> auditCheck() throws IOException, InterruptedException {
        var answer = send(request("/admin/audit/check").GET());
        return answer.statusCode() == 404 ? Optional.empty() : Optional.of(read(answer));
    }

    /// Changes the settings of a service as they are now, whoever else changes them.
    ///
    /// @return the service as it is then, or would be
    public JsonNode change(String service, Consumer<ObjectNode> change, How how)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            var now = send(request(path(service)).GET());
            var settings = (ObjectNode) read(now).path("settings");
            change.accept(settings);
            var answer = send(request(path(service) + "?dryRun=%s&force=%s".formatted(how.dryRun(), how.force()))
                    .header("If-Match", now.headers().firstValue("ETag").orElse("*"))
                    .header("X-Operator", operator)
                    .PUT(BodyPublishers.ofString(Gateway.JSON.writeValueAsString(settings))));
            if (answer.statusCode() != 412 || attempt == ATTEMPTS) {
                return read(answer);
            }
        }
    }

    private static String path(String service) {
        return "/admin/clusters/" + service;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(credentials.on(request).build(), BodyHandlers.ofString());
    }

    private static JsonNode read(HttpResponse<String> response) {
        var body = Gateway.JSON.readTree(response.body());
        if (response.statusCode() == 200) {
            return body;
        }
        var errors = new StringBuilder(body.path("detail").asString("HTTP " + response.statusCode()));
        body.path("errors")
                .forEach(error -> errors.append("\n  ")
                        .append(error.path("field").asString(""))
                        .append(": ")
                        .append(error.path("rule").asString("")));
        throw new LauncherFailure(errors.toString());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
