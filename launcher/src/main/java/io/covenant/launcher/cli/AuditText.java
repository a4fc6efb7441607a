package io.covenant.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// What checks of audits found, as text.
final class AuditText {

    private AuditText() {}

    static List<String> lines(List<JsonNode> reports) {
        var table = new Table("audit", "entries", "is", "head");
        var findings = new ArrayList<String>();
        for (var report : reports) {
            boolean whole = report.path("whole").asBoolean(false);
            table.row(
                    text(report, "audit"),
                    text(report, "entries"),
                    whole ? "whole" : "TAMPERED WITH",
                    text(report, "head"));
            report.path("findings")
                    .forEach(finding -> findings.add("%s: entry %s, %s: %s"
                            .formatted(
                                    text(report, "audit"),
                                    text(finding, "number"),
                                    text(finding, "kind").toLowerCase(Locale.ROOT),
                                    text(finding, "detail"))));
        }
        var lines = new ArrayList<>(table.lines());
        lines.addAll(findings);
        return lines;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
