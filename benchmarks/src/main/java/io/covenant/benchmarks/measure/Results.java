package io.covenant.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a measurement leaves in files: a report for people, and all of its figures for programs.
public final class Results {

    private static final DateTimeFormatter FILE_NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Results() {}

    /// The first figures of every measurement; the others are put behind.
    public static SequencedMap<String, Object> figures(Instant at, String commit, Machine machine) {
        var all = new LinkedHashMap<String, Object>();
        all.put("at", at.toString());
        all.put("commit", commit);
        all.put("machine", machine);
        return all;
    }

    /// For programs.
    public static String json(Map<String, Object> figures) {
        return JSON.writeValueAsString(figures);
    }

    /// Writes both, and returns the one for people.
    ///
    /// @param kind of the measurement, with which their names begin
    public static Path write(Path directory, String kind, Instant at, String markdown, String json) throws IOException {
        Files.createDirectories(directory);
        String name = kind + "-" + FILE_NAME.format(at);
        Files.writeString(directory.resolve(name + ".json"), json);
        return Files.writeString(directory.resolve(name + ".md"), markdown);
    }
}
