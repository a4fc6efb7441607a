package io.covenant.launcher.node;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/// What is remembered of a started node, in a file of its own, so that a later launcher can find, judge and stop it.
///
/// @param process which process it is
/// @param fingerprint of all that made it what it is; another one asks for a restart
/// @param startedAt when it was started, for people
public record NodeRecord(ProcessIdentity process, String fingerprint, Instant startedAt) {

    /// What the file says; empty when there is none or it cannot be understood.
    public static Optional<NodeRecord> read(Path file) throws IOException {
        var properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NodeRecord(
                    new ProcessIdentity(Long.parseLong(value(properties, "pid")), value(properties, "process-start")),
                    value(properties, "fingerprint"),
                    Instant.parse(value(properties, "started-at"))));
        } catch (RuntimeException _) {
            // Cut off or edited: as good as none. The process is found by its mark and stopped as a stray.
            return Optional.empty();
        }
    }

    /// Replaces what the file says.
    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, """
                pid=%d
                process-start=%s
                fingerprint=%s
                started-at=%s
                """.formatted(process.pid(), process.started(), fingerprint, startedAt));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String value(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }
}
