package io.covenant.system;

import io.covenant.launcher.load.LoadReport;
import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/// What was seen in each cell, kept from run to run, so that the cells may be played in portions.
final class MatrixRows {

    static final String PAGE = "crash-matrix.md";
    static final String TABLE = "cells";

    private static final List<String> COLUMNS = List.of(
            "Protocol",
            "Fault",
            "Played",
            "Placed",
            "Confirmed",
            "Refused",
            "Unknown for a while",
            "Longest",
            "Invariants");

    private final Path directory = Path.of("target/crash-matrix");

    /// Notes what was seen in a cell.
    void put(MatrixCell cell, List<LoadReport> loads, int invariants) throws IOException {
        var longest = loads.stream()
                .map(LoadReport::longestUnknown)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        var row = List.of(
                cell.protocol().text(),
                cell.fault().text(),
                LocalDate.now(ZoneOffset.UTC).toString(),
                sum(loads, LoadReport::placed),
                sum(loads, LoadReport::confirmed),
                sum(loads, LoadReport::refusals),
                sum(loads, LoadReport::unknown),
                String.format(Locale.ROOT, "%.1f s", longest.toMillis() / 1000.0),
                "all %d hold".formatted(invariants));
        Files.createDirectories(directory);
        Files.writeString(file(cell), String.join(" | ", row));
        System.out.println("| " + String.join(" | ", row) + " |");
    }

    private static String sum(List<LoadReport> loads, ToIntFunction<LoadReport> part) {
        return Integer.toString(loads.stream().mapToInt(part).sum());
    }

    private Path file(MatrixCell cell) {
        return directory.resolve(cell.key());
    }

    /// Prints what is there and names what is missing; writes the page when that is asked for.
    void publish() throws IOException {
        var rows = new ArrayList<List<String>>();
        var missing = new ArrayList<MatrixCell>();
        for (var cell : MatrixCell.all().toList()) {
            if (Files.exists(file(cell))) {
                rows.add(List.of(Files.readString(file(cell)).split(" \\| ")));
            } else {
                missing.add(cell);
            }
        }
        Stream.concat(Stream.of(COLUMNS), rows.stream()).forEach(row -> System.out.println(String.join(" | ", row)));
        if (!missing.isEmpty()) {
            System.out.println("Not played: " + missing);
        }
        if (ProtocolPage.isWritten()) {
            page().requireTable(TABLE, COLUMNS, rows);
        }
    }

    static ProtocolPage page() {
        return ProtocolPage.named(PAGE);
    }
}
