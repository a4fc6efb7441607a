package io.covenant.benchmarks.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A table that reads well on a terminal and is Markdown as it stands.
public final class Table {

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    /// @param head one title per column; the first column is words, all others are figures
    public Table(String... head) {
        this.head = List.of(head);
    }

    /// @param cells as many as there are columns
    public Table row(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + head.size() + " columns");
        }
        rows.add(Arrays.stream(cells).map(cell -> cell.replace("|", "\\|")).toList());
        return this;
    }

    @Override
    public String toString() {
        List<Integer> widths =
                IntStream.range(0, head.size()).mapToObj(this::width).toList();
        String rule = IntStream.range(0, head.size())
                .mapToObj(column -> "-".repeat(widths.get(column) + 1) + (column == 0 ? "-" : ":"))
                .collect(Collectors.joining("|", "|", "|\n"));
        return line(head, widths)
                + rule
                + rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
    }

    private int width(int column) {
        return IntStream.concat(
                        IntStream.of(3, head.get(column).length()),
                        rows.stream().mapToInt(row -> row.get(column).length()))
                .max()
                .orElseThrow();
    }

    private static String line(List<String> cells, List<Integer> widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> " " + padded(cells.get(column), widths.get(column), column == 0) + " ")
                .collect(Collectors.joining("|", "|", "|\n"));
    }

    private static String padded(String cell, int width, boolean left) {
        String blanks = " ".repeat(width - cell.length());
        return left ? cell + blanks : blanks + cell;
    }
}
