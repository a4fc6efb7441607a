package io.covenant.launcher.cli;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Shows how the gateway shares requests out.
final class GatewayText {

    private GatewayText() {}

    /// @param cluster what is set
    /// @param state   what comes of it
    static List<String> lines(JsonNode cluster, JsonNode state) {
        var lines = new ArrayList<String>();
        lines.add(head(cluster));
        var table = new Table(
                "  instance", "weight", "state", "due", "actual", "since change", "in flight", "latency", "ejected");
        for (var instance : state.path("instances")) {
            table.row(
                    "  " + text(instance, "id"),
                    text(instance, "weight"),
                    text(instance, "state").toLowerCase(Locale.ROOT).replace('_', ' '),
                    percent(instance.at("/share/due")),
                    percent(instance.at("/share/actual")),
                    text(instance, "sinceChange"),
                    text(instance, "inFlight"),
                    "%.1f ms".formatted(instance.path("latencyMillis").asDouble()),
                    instance.at("/ejection/meaning").asString(""));
        }
        lines.addAll(table.lines());
        canaries(cluster, lines);
        if (state.path("panic").asBoolean()) {
            lines.add("  too few are available, so all are used");
        }
        follow(cluster, lines);
        return lines;
    }

    /// What would be, and nothing is yet.
    static List<String> draft(JsonNode cluster) {
        var lines = new ArrayList<String>();
        lines.add("Would be version %s: %s"
                .formatted(
                        text(cluster, "version"), cluster.at("/settings/policy").asString("")));
        var table = new Table("  instance", "weight", "due");
        for (var instance : cluster.path("instances")) {
            table.row(
                    "  " + text(instance, "id"),
                    instance.path("draining").asBoolean() ? "drained" : text(instance, "weight"),
                    percent(instance.path("due")));
        }
        lines.addAll(table.lines());
        canaries(cluster, lines);
        return lines;
    }

    private static void canaries(JsonNode cluster, List<String> lines) {
        cluster.at("/settings/canaries")
                .properties()
                .forEach(each -> lines.add("  canary of %s: %s %% to %s%s"
                        .formatted(
                                each.getKey(),
                                new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
                                        .format(each.getValue().path("percent").asDouble()),
                                labels(each.getValue().path("subset")),
                                each.getValue().path("header").asString("").isEmpty()
                                        ? ""
                                        : ", or as %s says".formatted(text(each.getValue(), "header")))));
    }

    private static String labels(JsonNode subset) {
        return subset.properties().stream()
                .map(each -> each.getKey() + "=" + each.getValue().asString(""))
                .collect(Collectors.joining(", "));
    }

    private static String head(JsonNode cluster) {
        var key = cluster.at("/settings/hashKey").asString("");
        var by = cluster.path("changedBy").asString("");
        return "%s: %s%s, %s"
                .formatted(
                        text(cluster, "service"),
                        cluster.at("/settings/policy").asString(""),
                        key.isEmpty() ? "" : " by " + key,
                        by.isEmpty()
                                ? "as configured"
                                : "version %s set by %s".formatted(text(cluster, "version"), by));
    }

    private static void follow(JsonNode cluster, List<String> lines) {
        if (!cluster.at("/store/shared").asBoolean()
                || cluster.at("/store/awaySince").isString()) {
            lines.add("  kept in %s: %s"
                    .formatted(
                            cluster.at("/store/kind").asString(""),
                            cluster.at("/store/meaning").asString("")));
        }
        for (var gateway : cluster.path("gateways")) {
            if (gateway.path("version").asLong() != cluster.path("version").asLong()) {
                lines.add(
                        "  %s follows version %s still".formatted(text(gateway, "gateway"), text(gateway, "version")));
            }
        }
    }

    private static String percent(JsonNode share) {
        return "%.1f %%".formatted(100 * share.asDouble());
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }
}
