package io.covenant.launcher.client;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The coordinators, each spoken to at its own address: only the one that drives a transaction knows all of it.
public final class Coordinators implements AutoCloseable {

    private final Map<String, Gateway> doors = new TreeMap<>();

    /// @param addresses by the names of the nodes
    public Coordinators(Map<String, URI> addresses, Duration timeout, Credentials credentials) {
        addresses.forEach((node, address) -> doors.put(node, new Gateway(address, timeout, credentials)));
    }

    /// What the coordinators answer, each by its name; those that do not are left out.
    private Map<String, Answer> answers(String path) throws InterruptedException {
        var answers = new LinkedHashMap<String, Answer>();
        for (var door : doors.entrySet()) {
            try {
                answers.put(door.getKey(), door.getValue().get(path));
            } catch (IOException _) {
                // The others tell.
            }
        }
        return answers;
    }

    private static Map<String, JsonNode> said(Map<String, Answer> answers) {
        var said = new LinkedHashMap<String, JsonNode>();
        answers.forEach((node, answer) -> {
            if (answer.status() == 200) {
                said.put(node, answer.body());
            }
        });
        return said;
    }

    private Map<String, JsonNode> ask(String path) throws InterruptedException {
        return said(answers(path));
    }

    /// A transaction, as its owner shows it if that one answers; empty when nobody remembers it.
    public Optional<JsonNode> transaction(String id) throws InterruptedException {
        return ofOwner("/api/v1/transactions/" + id, said -> said.path("owner"));
    }

    /// All that is known of a transaction, what its services show of their branches and what operators did included, as
    /// its owner gives it if that one answers; empty when nobody remembers it.
    public Optional<JsonNode> export(String id) throws InterruptedException {
        return ofOwner("/admin/transactions/%s/export".formatted(id), said -> said.at("/transaction/owner"));
    }

    private Optional<JsonNode> ofOwner(String path, Function<JsonNode, JsonNode> owner) throws InterruptedException {
        var answers = answers(path);
        if (answers.isEmpty()) {
            throw nobodyAnswers();
        }
        var said = said(answers);
        return said.entrySet().stream()
                .filter(entry ->
                        entry.getKey().equals(owner.apply(entry.getValue()).asString("")))
                .map(Map.Entry::getValue)
                .findFirst()
                .or(() -> said.values().stream().findFirst());
    }

    /// What is in doubt, put together of what each coordinator knows.
    public InDoubt inDoubt() throws InterruptedException {
        var said = ask("/admin/transactions/in-doubt?limit=200");
        if (said.isEmpty()) {
            throw nobodyAnswers();
        }
        return InDoubt.of(said.values());
    }

    /// Whether what operators did stands in the audit as it was written, as the first says that answers.
    public JsonNode auditCheck() throws InterruptedException {
        return ask("/admin/transactions/audit/check").values().stream()
                .findFirst()
                .orElseThrow(Coordinators::nobodyAnswers);
    }

    @Override
    public void close() {
        doors.values().forEach(Gateway::close);
    }

    static LauncherFailure nobodyAnswers() {
        return new LauncherFailure(
                "No coordinator answers; './covenant status' tells what runs, './covenant up' starts it.");
    }
}
