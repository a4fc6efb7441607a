package io.covenant.launcher.locks;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Credentials;
import io.covenant.launcher.client.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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
    /// A node that is taken in receives the log first.
    private static final Duration MEMBERS = Duration.ofSeconds(15);

    private static final int PAGE = 100;

    /// Why a node is replaced, for the audit.
    private static final String LOST = "its+directory+was+lost";

    private final SequencedMap<String, URI> nodes;
    private final Credentials credentials;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();

    /// @param nodes the addresses of those to ask, by name
    public LockService(SequencedMap<String, URI> nodes, Credentials credentials) {
        this.nodes = nodes;
        this.credentials = credentials;
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

    /// All that is registered, as the primary knows it.
    ///
    /// @param patience how long a primary may be missing
    public List<Registered> registered(Duration patience) throws InterruptedException {
        return ofThePrimary(patience, (_, base) -> registered(base));
    }

    /// Whether this node has a log of its own and no group: its directory was lost, and the group knows another node
    /// under its name.
    public boolean isStranger(String name) throws InterruptedException {
        URI base = nodes.get(name);
        try {
            if (base == null) {
                return false;
            }
            HttpResponse<String> answer = get(base, "/admin/locks/members?here=true");
            JsonNode members = Gateway.JSON.readTree(answer.body()).path("members");
            return answer.statusCode() == 200
                    && members.size() == 1
                    && members.path(0).path("name").asString("").equals(name)
                    && members.path(0).path("role").asString("").equals("LEARNER");
        } catch (IOException | JacksonException _) {
            return false;
        }
    }

    /// Has the group forget the node that had this name, and take in the one that has it now.
    ///
    /// @param peer host:port by which the others reach it
    /// @return whether it was done
    public boolean replace(String name, String peer, Duration patience) throws InterruptedException {
        URI api = nodes.get(name);
        if (api == null) {
            return false;
        }
        return ofThePrimary(patience, (primary, base) -> {
            if (primary.equals(name)) {
                return Optional.empty();
            }
            int removed = send(base, "DELETE", "/admin/locks/members/" + name + "?reason=" + LOST, "");
            int added = removed / 100 == 2 || removed == 404
                    ? send(base, "POST", "/admin/locks/members?reason=" + LOST, """
                            {"name":"%s","peer":"%s","api":"%s"}""".formatted(name, peer, api))
                    : 503;
            return added == 200 || added == 202 ? Optional.of(true) : Optional.empty();
        });
    }

    /// Whether what operators did stands in the audit as it was written, by each node.
    ///
    /// Nothing of nodes that do not answer.
    ///
    /// @param reports  of those that have checked theirs, by name
    /// @param refusals of those that answer something else, by name: what it was
    public record AuditChecks(SequencedMap<String, JsonNode> reports, SequencedMap<String, String> refusals) {}

    /// Has each node check its audit.
    public AuditChecks auditChecks() throws InterruptedException {
        var reports = new LinkedHashMap<String, JsonNode>();
        var refusals = new LinkedHashMap<String, String>();
        for (Map.Entry<String, URI> node : nodes.entrySet()) {
            try {
                HttpResponse<String> answer = get(node.getValue(), "/admin/locks/audit/check");
                if (answer.statusCode() == 200) {
                    reports.put(node.getKey(), Gateway.JSON.readTree(answer.body()));
                } else {
                    refusals.put(node.getKey(), "status " + answer.statusCode());
                }
            } catch (JacksonException _) {
                refusals.put(node.getKey(), "no JSON");
            } catch (IOException _) {
                // Missing in both.
            }
        }
        return new AuditChecks(
                Collections.unmodifiableSequencedMap(reports), Collections.unmodifiableSequencedMap(refusals));
    }

    /// All names under a prefix, with everything in it that was acknowledged before.
    ///
    /// @param patience how long a primary may be missing
    public Locks list(String prefix, Duration patience) throws InterruptedException {
        return ofThePrimary(patience, (name, base) -> {
            Optional<LockNode> self = node(name);
            Optional<List<JsonNode>> names = self.isPresent() ? names(base, prefix) : Optional.empty();
            return names.map(all -> new Locks(name, self.orElseThrow(), all));
        });
    }

    /// Something that only the primary can answer; empty when it leads no more, or does not answer.
    @FunctionalInterface
    private interface Question<T> {
        Optional<T> ask(String primary, URI base) throws IOException, InterruptedException;
    }

    private <T> T ofThePrimary(Duration patience, Question<T> question) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            for (Map.Entry<String, URI> node : nodes.entrySet()) {
                Optional<LockNode> self = node(node.getKey());
                if (self.isPresent() && self.get().isPrimary()) {
                    try {
                        Optional<T> answer = question.ask(node.getKey(), node.getValue());
                        if (answer.isPresent()) {
                            return answer.get();
                        }
                    } catch (IOException | JacksonException _) {
                        // It leads no more, or will be asked again.
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

    private Optional<List<Registered>> registered(URI base) throws IOException, InterruptedException {
        var found = new ArrayList<Registered>();
        for (JsonNode service : files(base, "/services")) {
            for (JsonNode file : files(base, service.path("path").asString(""))) {
                String path = file.path("path").asString("");
                HttpResponse<String> content = get(base, "/api/v1/files" + path);
                if (content.statusCode() == 200) {
                    found.add(Registered.read(path, file.path("session").asLong(), content.body()));
                } else if (content.statusCode() != 404) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(found);
    }

    private List<JsonNode> files(URI base, String directory) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(base, "/api/v1/files" + directory + "?list=true");
        if (answer.statusCode() == 404) {
            return List.of();
        }
        if (answer.statusCode() != 200) {
            throw new IOException("answered " + answer.statusCode());
        }
        return StreamSupport.stream(
                        Gateway.JSON.readTree(answer.body()).path("files").spliterator(), false)
                .toList();
    }

    private int send(URI base, String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(MEMBERS)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return http.send(credentials.on(request).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> get(URI base, String path) throws IOException, InterruptedException {
        return http.send(
                credentials
                        .on(HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER))
                        .build(),
                BodyHandlers.ofString());
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
