package io.covenant.launcher.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What nodes say of an audit that all of them have.
final class Replicas {

    private Replicas() {}

    /// Those that tell of equally many acts, and disagree on which: one was tampered with, though each may be whole.
    static List<String> disagreements(Collection<JsonNode> reports) {
        var first = new HashMap<Long, JsonNode>();
        var found = new ArrayList<String>();
        for (var report : reports) {
            long last = report.path("last").asLong();
            var other = first.putIfAbsent(last, report);
            if (other != null && !head(other).equals(head(report))) {
                found.add("%s and %s differ up to entry %d: one was tampered with"
                        .formatted(audit(other), audit(report), last));
            }
        }
        return found;
    }

    private static String audit(JsonNode report) {
        return report.path("audit").asString("");
    }

    private static String head(JsonNode report) {
        return report.path("head").asString("");
    }
}
