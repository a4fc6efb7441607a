package io.covenant.system;

import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Credentials;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The lock service by plain HTTP: asks one node after the other until one of them answers for the service.
final class LockClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final List<URI> nodes;
    private final Credentials credentials;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();

    LockClient(Platform platform) {
        credentials = platform.token(Persona.OPERATOR);
        nodes = platform.lockNodes().stream()
                .map(name -> URI.create(
                        "http://127.0.0.1:" + platform.settings().ports().of(name)))
                .toList();
    }

    /// A session that lives for ten minutes without a word, longer than all nodes take to start on a busy machine.
    long open(String name) {
        return ask("POST", "/api/v1/lock-sessions", "{\"name\":\"%s\",\"ttlMillis\":600000}".formatted(name))
                .path("session")
                .asLong();
    }

    /// The same number again means the same request.
    JsonNode acquire(long session, long seq, String name) {
        return ask("POST", "/api/v1/lock-sessions/%d/acquire".formatted(session), """
                {"seq":%d,"ackUpTo":0,"wants":[{"name":"%s","mode":"EXCLUSIVE"}],"waitMillis":-1}""".formatted(seq, name));
    }

    void release(long session, long seq, String name, long token) {
        ask(
                "POST",
                "/api/v1/lock-sessions/%d/release".formatted(session),
                "{\"seq\":%d,\"ackUpTo\":0,\"names\":[\"%s\"],\"token\":%d}".formatted(seq, name, token));
    }

    /// Who holds the name and who waits for it.
    JsonNode lock(String name) {
        return ask("GET", "/api/v1/locks/" + name, "");
    }

    private JsonNode ask(String method, String path, String body) {
        return await(method + " " + path)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> nodes.stream()
                                .map(node -> askOne(node, method, path, body))
                                .flatMap(Optional::stream)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /// Empty when this node cannot answer for the service now.
    private Optional<JsonNode> askOne(URI node, String method, String path, String body) {
        return askAt(node.resolve(path), method, body);
    }

    private Optional<JsonNode> askAt(URI address, String method, String body) {
        var request = HttpRequest.newBuilder(address)
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        try {
            HttpResponse<String> answer = http.send(credentials.on(request).build(), BodyHandlers.ofString());
            if (answer.statusCode() == 307) {
                // Not followed by itself: the JDK shows a token to nobody but whom it was meant for.
                return askAt(URI.create(answer.headers().firstValue("Location").orElseThrow()), method, body);
            }
            if (answer.statusCode() >= 500) {
                return Optional.empty();
            }
            if (answer.statusCode() >= 400) {
                throw new AssertionError("%s answers %s".formatted(address, answer.body()));
            }
            return Optional.of(Gateway.JSON.readTree(answer.body()));
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
