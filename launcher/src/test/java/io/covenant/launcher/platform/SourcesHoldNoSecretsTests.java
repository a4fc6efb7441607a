package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesHoldNoSecretsTests {

    /// Private keys in PEM and as JSON web keys, tokens, and passwords in configuration that are no placeholder.
    private static final List<Pattern> SECRETS = List.of(
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----\\s+[A-Za-z0-9+/]{20,}"),
            Pattern.compile("\"d\" ?: ?\"[A-Za-z0-9_-]{40,}\""),
            Pattern.compile("eyJ[A-Za-z0-9_-]{20,}\\.eyJ[A-Za-z0-9_-]{20,}\\.[A-Za-z0-9_-]{20,}"),
            Pattern.compile("(?im)^[ \\t]*[a-z.-]*(password|secret): *[^ \\t\\r\\n#$\"'{]{6,}$"));

    private static final Set<String> NOT_SOURCES = Set.of(".git", "target", ".covenant", "node_modules", "results");
    private static final long LONGEST = 2_000_000;

    @Test
    void noneIsInTheCheckout() throws IOException {
        var found = new ArrayList<String>();
        int[] read = {0};
        Files.walkFileTree(PlatformHome.checkoutAround(Path.of("")), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_SOURCES.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && attributes.size() < LONGEST) {
                    read[0]++;
                    if (isSecret(text(file))) {
                        found.add(file.toString());
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });

        assertThat(read[0]).as("files read").isGreaterThan(500);
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B",
                "{\"kty\":\"RSA\",\"d\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
                "spring:\n  datasource:\n    password: hunter2hunter2\n"
            })
    void oneWouldBeSeen(String planted) {
        assertThat(isSecret(planted)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"    password: ${DB_PASSWORD}", "    secret: \"\"", "password: # from the environment"})
    void aPlaceholderIsNone(String harmless) {
        assertThat(isSecret(harmless)).isFalse();
    }

    private static boolean isSecret(String text) {
        return SECRETS.stream().anyMatch(secret -> secret.matcher(text).find());
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
