package io.covenant.launcher.client;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What is not over: transactions, prepared branches that none of them accounts for, and services that do not tell.
public record InDoubt(List<JsonNode> transactions, List<JsonNode> orphans, List<JsonNode> silent) {

    public InDoubt {
        transactions = List.copyOf(transactions);
        orphans = List.copyOf(orphans);
        silent = List.copyOf(silent);
    }

    /// Puts together what several coordinators say. Of a transaction its driver says most: when it tries again.
    static InDoubt of(Collection<JsonNode> views) {
        var transactions = new LinkedHashMap<String, JsonNode>();
        var orphans = new LinkedHashMap<String, JsonNode>();
        var silent = new LinkedHashMap<String, JsonNode>();
        for (var view : views) {
            for (var transaction : view.path("transactions")) {
                transactions.merge(
                        transaction.path("id").asString(),
                        transaction,
                        (one, other) -> other.hasNonNull("attempts") ? other : one);
            }
            view.path("orphans").forEach(orphan -> put(orphans, orphan, "gid"));
            view.path("silent").forEach(service -> put(silent, service, "service"));
        }
        return new InDoubt(
                List.copyOf(transactions.values()), List.copyOf(orphans.values()), List.copyOf(silent.values()));
    }

    private static void put(Map<String, JsonNode> all, JsonNode one, String key) {
        all.putIfAbsent(one.path(key).asString(), one);
    }

    public boolean isEmpty() {
        return transactions.isEmpty() && orphans.isEmpty() && silent.isEmpty();
    }
}
