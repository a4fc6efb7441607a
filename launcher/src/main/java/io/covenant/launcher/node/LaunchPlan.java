package io.covenant.launcher.node;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Everything that starting one node takes.
///
/// @param command the program and its arguments
/// @param environment what is added to the environment of the launcher
/// @param directory where it runs
/// @param essence names what, besides the environment, would outdate a running node if it changed: not what merely
///     makes its start faster
public record LaunchPlan(List<String> command, Map<String, String> environment, Path directory, String essence) {

    public LaunchPlan {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    String fingerprint() {
        String text = essence + new TreeMap<>(environment);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
