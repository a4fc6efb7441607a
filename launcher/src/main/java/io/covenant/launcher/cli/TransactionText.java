package io.covenant.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// A transaction as text: what it was, and everything that happened to it with the time since its begin.
final class TransactionText {

    private TransactionText() {}

    static List<String> lines(JsonNode transaction) {
        var lines = new ArrayList<String>();
        lines.add("Transaction %s (%s, %s): %s, driven by %s"
                .formatted(
                        text(transaction, "id"),
                        text(transaction, "name"),
                        text(transaction, "protocol"),
                        text(transaction, "state"),
                        text(transaction, "owner")));
        var table = new Table("  after", "event", "branch", "");
        for (JsonNode event : transaction.path("timeline")) {
            table.row(
                    "  " + millis(event.path("atMicros").asLong(0)),
                    text(event, "event"),
                    text(event, "branch"),
                    text(event, "detail"));
        }
        lines.addAll(table.lines());
        for (JsonNode branch : transaction.path("branches")) {
            var vote = text(branch, "vote");
            lines.add("  branch %s: %s %s%s"
                    .formatted(
                            text(branch, "name"),
                            text(branch, "operation"),
                            text(branch, "state"),
                            vote.isEmpty() ? "" : ", voted " + vote));
            var word = branch.path("heuristic");
            if (word.isObject()) {
                lines.add("    taken for %s by the word of %s at %s: %s"
                        .formatted(text(word, "outcome"), text(word, "by"), text(word, "at"), text(word, "reason")));
            }
        }
        return lines;
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%8.2f ms", micros / 1000.0);
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
