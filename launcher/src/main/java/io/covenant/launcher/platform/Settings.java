package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What was chosen at `up` and holds until it is chosen anew.
///
/// @param small one node of each service instead of two
/// @param ports where the nodes answer
public record Settings(boolean small, Ports ports) {

    private static final String PORT = "port.";

    /// All nodes at the ports that the documentation names.
    public static Settings standard() {
        return new Settings(false, Ports.from(Ports.DEFAULT_BASE));
    }

    Topology topology() {
        return small ? Topology.SMALL : Topology.FULL;
    }

    static Optional<Settings> read(Path file) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var moved = new TreeMap<String, Integer>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(PORT)) {
                moved.put(key.substring(PORT.length()), portIn(file, properties.getProperty(key)));
            }
        }
        boolean small = Boolean.parseBoolean(properties.getProperty("small"));
        return Optional.of(new Settings(small, Ports.from(Ports.DEFAULT_BASE).with(moved)));
    }

    void write(Path file) {
        String ports = this.ports.byNode().entrySet().stream()
                .map(port -> PORT + port.getKey() + "=" + port.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, "small=" + small + "\n" + ports);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int portIn(Path file, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new LauncherFailure(file + " holds a port that is not a number: " + text, e);
        }
    }
}
