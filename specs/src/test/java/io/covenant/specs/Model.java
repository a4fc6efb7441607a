package io.covenant.specs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A specification with bounds: one `.cfg` of `specs/tla`. Its first line says what it is for, and whether it is
/// expected to fail; what is expected to fail names one invariant.
///
/// @param name          of the file, `SPECIFICATION` or `SPECIFICATION-variant`
/// @param purpose       the first line
/// @param configuration the file
record Model(String name, String purpose, Path configuration) {

    private static final String COMMENT = "\\* ";
    private static final String FAILS = "Expected to fail: ";
    private static final String LARGE = "On demand: ";

    static List<Model> in(Path directory) {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".cfg"))
                    .sorted()
                    .map(Model::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Model of(Path configuration) {
        var file = configuration.getFileName().toString();
        try (var lines = Files.lines(configuration)) {
            var first = lines.findFirst().filter(line -> line.startsWith(COMMENT));
            return new Model(
                    file.substring(0, file.length() - ".cfg".length()),
                    first.orElseThrow(() -> new IllegalStateException(file + " does not say what it is for"))
                            .substring(COMMENT.length()),
                    configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path directory() {
        return Objects.requireNonNull(configuration.toAbsolutePath().getParent());
    }

    String specification() {
        int dash = name.indexOf('-');
        return dash < 0 ? name : name.substring(0, dash);
    }

    /// Takes longer than a build should.
    boolean large() {
        return purpose.startsWith(LARGE);
    }

    /// The invariant that does not hold in this model, where it is a warning and not a promise.
    Optional<String> broken() {
        if (!purpose.startsWith(FAILS)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(configuration)) {
            return lines.filter(line -> line.startsWith("INVARIANT "))
                    .map(line -> line.substring("INVARIANT ".length()).strip())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
