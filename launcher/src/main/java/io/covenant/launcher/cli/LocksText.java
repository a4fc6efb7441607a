package io.covenant.launcher.cli;

import io.covenant.launcher.locks.Locks;
import io.covenant.launcher.platform.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// Locks as a table: one row for each holder, the queue beside the first one.
final class LocksText {

    private LocksText() {}

    static List<String> lines(Locks locks) {
        var lines = new ArrayList<String>();
        if (locks.names().isEmpty()) {
            lines.add("Nobody holds a lock or waits for one.");
        } else {
            var table = new Table("name", "held by", "mode", "token", "lease", "waiting");
            locks.names().forEach(lock -> rows(lock, table));
            lines.addAll(table.lines());
        }
        lines.add("");
        lines.add("%s is the %s, in term %s."
                .formatted(
                        locks.primary(),
                        locks.node(),
                        locks.node().term().isPresent() ? locks.node().term().getAsLong() : "?"));
        return lines;
    }

    private static void rows(JsonNode lock, Table table) {
        String name = lock.path("name").asString("?");
        String queue = queue(lock);
        if (lock.path("holders").isEmpty()) {
            table.row(name, lock.hasNonNull("delayUntil") ? "(nobody yet)" : "(nobody)", "", "", "", queue);
        }
        for (JsonNode holder : lock.path("holders")) {
            table.row(
                    name,
                    session(holder),
                    mode(lock, holder),
                    holder.path("token").asString(""),
                    lease(holder),
                    queue);
            name = "";
            queue = "";
        }
    }

    private static String session(JsonNode holder) {
        String name = holder.path("sessionName").asString("");
        String id = "#" + holder.path("session").asString("?");
        return name.isEmpty() ? id : name + " " + id;
    }

    private static String mode(JsonNode lock, JsonNode holder) {
        String mode = holder.path("mode").asString("?").toLowerCase(Locale.ROOT);
        int holds = holder.path("holds").asInt(1);
        return mode
                + (mode.equals("permits") ? " of " + lock.path("capacity").asInt() : "")
                + (holds > 1 ? ", %d times".formatted(holds) : "");
    }

    private static String lease(JsonNode holder) {
        if (holder.hasNonNull("lostUntil")) {
            return "lost, delayed";
        }
        return holder.hasNonNull("remainingMillis")
                ? Words.seconds(Duration.ofMillis(holder.path("remainingMillis").asLong()))
                : "?";
    }

    private static String queue(JsonNode lock) {
        int length = lock.path("queue").asInt();
        if (length == 0) {
            return "";
        }
        String first = StreamSupport.stream(lock.path("waiters").spliterator(), false)
                .map(LocksText::session)
                .collect(Collectors.joining(", "));
        return "%d: %s%s".formatted(length, first, length > lock.path("waiters").size() ? ", ..." : "");
    }
}
