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
        var before = between(page, name);
        if (isWritten()) {
            int start = page.indexOf(begin(name)) + begin(name).length();
            Files.writeString(file, page.substring(0, start) + table + page.substring(start + before.length()));
        } else if (!before.contentEquals(table)) {
            throw new AssertionError(
                    "the table '%s' of %s is old; -Dupdate.docs=true writes it anew:%n%s".formatted(name, file, table));
        }
    }

    /// The cells of the row of a table that begins with this one.
    public List<String> row(String name, String first) throws IOException {
        return Files.readString(file)
                .transform(page -> between(page, name))
                .lines()
                .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")))
                .filter(cells -> cells.getFirst().equals(first))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row %s in the table '%s' of %s; -Dupdate.docs=true writes it"
                        .formatted(first, name, file)));
    }

    private String between(String page, String name) {
        int from = page.indexOf(begin(name));
        int to = page.indexOf("<!-- end of " + name + " -->");
        if (from < 0 || to < from) {
            throw new AssertionError("no marks of '%s' in %s".formatted(name, file));
        }
        return page.substring(from + begin(name).length(), to);
    }

    private static String begin(String name) {
        return "<!-- generated: " + name + " -->\n";
    }

    /// Whether this run writes pages rather than compares them.
    public static boolean isWritten() {
        return Boolean.getBoolean("update.docs");
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
