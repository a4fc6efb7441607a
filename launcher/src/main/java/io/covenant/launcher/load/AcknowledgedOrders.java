package io.covenant.launcher.load;

import io.covenant.launcher.client.Gateway;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What a client was told about its orders, in a file, so that it can be held against the databases later.
public final class AcknowledgedOrders implements AutoCloseable {

    private final BufferedWriter writer;

    private AcknowledgedOrders(BufferedWriter writer) {
        this.writer = writer;
    }

    /// Goes on with the file.
    public static AcknowledgedOrders appendingTo(Path file) {
        try {
            return new AcknowledgedOrders(
                    Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What each order was last said to be; nothing when there is no file.
    public static Map<UUID, String> in(Path file) {
        var states = new LinkedHashMap<UUID, String>();
        if (!Files.exists(file)) {
            return states;
        }
        try (var lines = Files.lines(file)) {
            lines.filter(line -> line.endsWith("}")).forEach(line -> {
                JsonNode told = Gateway.JSON.readTree(line);
                states.put(
                        UUID.fromString(told.path("id").asString()),
                        told.path("state").asString());
            });
            return states;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void add(String order, String state) {
        try {
            writer.write(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", order)
                    .put("state", state)
                    .toString());
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
