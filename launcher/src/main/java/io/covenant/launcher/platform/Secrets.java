package io.covenant.launcher.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/// Passwords that nobody chose: random at their first use, one file each, readable by their owner only.
final class Secrets {

    private static final int BYTES = 24;

    private final Path directory;

    Secrets(Path directory) {
        this.directory = directory;
    }

    /// The secret of this name.
    String of(String name) {
        Path file = directory.resolve(name);
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void create(Path file) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Path next = Files.createTempFile(
                directory,
                "." + file.getFileName() + ".",
                ".next",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(next, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            Files.createLink(file, next);
        } catch (FileAlreadyExistsException faster) {
            // Nodes that start together want the same one: the first that is there is everybody's.
        } finally {
            Files.delete(next);
        }
    }
}
