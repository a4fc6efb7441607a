package io.covenant.launcher.cli;

import io.covenant.launcher.client.InDoubt;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What is in doubt, as text.
final class InDoubtText {

    private InDoubtText() {}

    static List<String> lines(InDoubt doubts) {
        if (doubts.isEmpty()) {
            return List.of("Nothing is in doubt.");
        }
        var lines = new ArrayList<String>();
        for (var transaction : doubts.transactions()) {
            lines.add("%s (%s, %s) %s for %s, driven by %s: %s%s"
                    .formatted(
                            text(transaction, "id"),
                            text(transaction, "name"),
                            text(transaction, "protocol"),
                            text(transaction, "state"),
                            seconds(transaction, "ageMillis"),
                            text(transaction, "owner"),
                            text(transaction, "why"),
                            next(transaction)));
            transaction.path("branches").forEach(branch -> lines.add("  " + branch(branch)));
        }
        for (var orphan : doubts.orphans()) {
            lines.add("orphan at %s, %s: %s".formatted(text(orphan, "service"), held(orphan), text(orphan, "why")));
            lines.add("  " + text(orphan, "gid"));
        }
        for (var service : doubts.silent()) {
            lines.add("%s does not tell what it holds: %s".formatted(text(service, "service"), text(service, "why")));
        }
        return lines;
    }

    private static String next(JsonNode transaction) {
        return transaction.hasNonNull("nextAttemptMillis")
                ? "; tried %d times, again in %s"
                        .formatted(transaction.path("attempts").asInt(), seconds(transaction, "nextAttemptMillis"))
                : "";
    }

    private static String branch(JsonNode branch) {
        var prepared = branch.path("prepared");
        var line = "branch %s: %s".formatted(text(branch, "name"), text(branch, "state"));
        if (prepared.isObject()) {
            line += ", " + held(prepared);
        }
        return branch.hasNonNull("detail") ? line + " (" + text(branch, "detail") + ")" : line;
    }

    private static String held(JsonNode branch) {
        var age = seconds(branch, "ageMillis");
        return text(branch, "holding").equals("RESERVED")
                ? "reserved for " + age
                : "prepared for %s, %s".formatted(age, locks(branch));
    }

    private static String locks(JsonNode prepared) {
        int waiters = prepared.path("waiters").asInt();
        return "holds %d locks%s"
                .formatted(
                        prepared.path("locks").asInt(),
                        waiters == 0
                                ? ""
                                : waiters == 1 ? ", 1 transaction waits" : ", %d transactions wait".formatted(waiters));
    }

    private static String seconds(JsonNode node, String field) {
        return "%.1f s".formatted(node.path(field).asLong() / 1000.0);
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
