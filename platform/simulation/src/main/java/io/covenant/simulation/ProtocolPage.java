package io.covenant.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A page of `docs/protocols` whose tables are made from the code, each between two marks; what stands
/// around them is written by hand.
public record ProtocolPage(Path file) {

    /// The page of this name in the checkout in which the test runs.
    public static ProtocolPage named(String name) {
        var start = Path.of("").toAbsolutePath();
        for (var directory = start; directory != null; directory = directory.getParent()) {
            var file = directory.resolve("docs/protocols").resolve(name);
            if (Files.exists(file)) {
                return new ProtocolPage(file);
            }
        }
        throw new IllegalStateException("no docs/protocols/%s above %s".formatted(name, start));
    }

    /// Holds the table on the page against this one; `-Dupdate.docs=true` writes it there instead.
    public void requireTable(String name, List<String> columns, List<List<String>> rows) throws IOException {
        var table = new StringBuilder(row(columns))
                .append("|---".repeat(columns.size()))
                .append("|\n");
        rows.forEach(cells -> table.append(row(cells)));
        String page = Files.readString(file);
        String begin = "<!-- generated: " + name + " -->\n";
        int from = page.indexOf(begin);
        int to = page.indexOf("<!-- end of " + name + " -->");
        if (from < 0 || to < from) {
            throw new AssertionError("no marks of '%s' in %s".formatted(name, file));
        }
        int start = from + begin.length();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(file, page.substring(0, start) + table + page.substring(to));
        } else if (!page.substring(start, to).contentEquals(table)) {
            throw new AssertionError(
                    "the table '%s' of %s is old; -Dupdate.docs=true writes it anew:%n%s".formatted(name, file, table));
        }
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
