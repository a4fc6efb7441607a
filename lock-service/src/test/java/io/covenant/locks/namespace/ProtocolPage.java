package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A page of `docs/protocols` whose tables are made from the code, each between two marks; what stands
/// around them is written by hand.
record ProtocolPage(Path file) {

    static ProtocolPage named(String name) {
        return new ProtocolPage(Path.of("../docs/protocols").resolve(name));
    }

    /// Holds the table on the page against this one; `-Dupdate.docs=true` writes it there instead.
    void requireTable(String name, List<String> columns, List<List<String>> rows) throws IOException {
        var table = new StringBuilder(row(columns))
                .append("|---".repeat(columns.size()))
                .append("|\n");
        rows.forEach(cells -> table.append(row(cells)));
        String page = Files.readString(file);
        String begin = "<!-- generated: " + name + " -->\n";
        int from = page.indexOf(begin);
        int to = page.indexOf("<!-- end of " + name + " -->");
        assertThat(from >= 0 && to >= from)
                .as("marks of '%s' in %s", name, file)
                .isTrue();
        int start = from + begin.length();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(file, page.substring(0, start) + table + page.substring(to));
        } else {
            assertThat(page.substring(start, to))
                    .as("the table '%s' of %s; -Dupdate.docs=true writes it anew", name, file)
                    .isEqualTo(table.toString());
        }
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
