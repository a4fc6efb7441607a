package io.covenant.launcher.locks;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The lock service, asked over HTTP by somebody who only looks.
public final class LockService implements AutoCloseable {

    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(200);
    private static final int PAGE = 100;

    private final SequencedMap<String, URI> nodes;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();

    /// @param nodes the addresses of those to ask, by name
    public LockService(SequencedMap<String, URI> nodes) {
        this.nodes = nodes;
    }

    /// What this node says of itself; empty when it says nothing within about a second.
    public Optional<LockNode> node(String name) throws InterruptedException {
        URI base = nodes.get(name);
        if (base == null) {
            return Optional.empty();
        }
        try {
            HttpResponse<String> answer = get(base, "/admin/locks/self");
            JsonNode self = Gateway.JSON.readTree(answer.body());
            return answer.statusCode() == 200 ? Optional.of(self(self, answer)) : Optional.empty();
        } catch (IOException | JacksonException _) {
            return Optional.empty();
        }
    }

    /// All names under a prefix, with everything in it that was acknowledged before.
    ///
    /// @param patience how long a primary may be missing
    public Locks list(String prefix, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            for (Map.Entry<String, URI> node : nodes.entrySet()) {
                Optional<LockNode> self = node(node.getKey());
                if (self.isPresent() && self.get().isPrimary()) {
                    Optional<List<JsonNode>> names = names(node.getValue(), prefix);
                    if (names.isPresent()) {
                        return new Locks(node.getKey(), self.get(), names.get());
                    }
                }
            }
            if (System.nanoTime() > end) {
                throw new LauncherFailure(
                        "No lock node leads, so nobody knows who holds what: a majority of them must run."
                                + " './covenant status' tells which do, './covenant up' starts what is missing.");
            }
            Thread.sleep(BETWEEN_ROUNDS);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// Empty when the node leads no more, or does not answer.
    private Optional<List<JsonNode>> names(URI base, String prefix) throws InterruptedException {
        var names = new ArrayList<JsonNode>();
        String after = "";
        try {
            while (true) {
                HttpResponse<String> answer = get(
                        base,
                        "/api/v1/locks?prefix=%s&after=%s&limit=%d".formatted(encoded(prefix), encoded(after), PAGE));
                JsonNode page = Gateway.JSON.readTree(answer.body());
                if (answer.statusCode() >= 400 && answer.statusCode() < 500) {
                    throw new LauncherFailure(page.path("detail").asString("The lock service refused the question."));
                }
                if (answer.statusCode() != 200) {
                    return Optional.empty();
                }
                StreamSupport.stream(page.path("locks").spliterator(), false).forEach(names::add);
                after = page.path("next").asString("");
                if (after.isEmpty()) {
                    return Optional.of(names);
                }
            }
        } catch (IOException | JacksonException _) {
            return Optional.empty();
        }
    }

    private HttpResponse<String> get(URI base, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER).build(), BodyHandlers.ofString());
    }

    private static LockNode self(JsonNode self, HttpResponse<?> answer) {
        return new LockNode(
                self.path("role").asString("unknown"), number(answer, "X-Lock-Index"), number(answer, "X-Lock-Term"));
    }

    private static OptionalLong number(HttpResponse<?> answer, String header) {
        try {
            return answer.headers().firstValueAsLong(header);
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
