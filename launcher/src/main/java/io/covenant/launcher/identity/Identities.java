package io.covenant.launcher.identity;

import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// The certificates and keys of nodes that prove to each other who they are: made together at their first use, as PEM
/// files that only their owner reads.
///
/// Nobody keeps the authority's key: who could sign one more certificate later could pass as any node.
public final class Identities {

    /// The files of one node.
    ///
    /// @param certificate with the node's name as its DNS name
    /// @param key of the certificate, PKCS #8
    /// @param authority the one certificate that the node shall trust
    public record Identity(Path certificate, Path key, Path authority) {}

    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final List<String> nodes;
    private final InstantSource clock;

    /// Identities of these nodes, kept in this directory.
    public Identities(Path directory, List<String> nodes, InstantSource clock) {
        this.directory = directory;
        this.nodes = List.copyOf(nodes);
        this.clock = clock;
    }

    /// The identity of a node.
    public Identity of(String node) {
        if (!nodes.contains(node)) {
            throw new IllegalArgumentException(node + " has no identity");
        }
        make();
        return new Identity(file(node, "crt"), file(node, "key"), file("authority", "crt"));
    }

    /// Another one for identities that were made anew, so that nodes with old ones can be told from those with new
    /// ones.
    public String generation() {
        make();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file("authority", "crt")));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path file(String name, String kind) {
        return directory.resolve(name + "." + kind);
    }

    /// All of them appear at once or not at all; of two who make them at the same time the first one's count.
    private synchronized void make() {
        if (Files.isDirectory(directory)) {
            return;
        }
        try {
            Path parent = Files.createDirectories(directory.toAbsolutePath().getParent(), OWNERS_DIRECTORY);
            Path next = Files.createTempDirectory(parent, "." + directory.getFileName(), OWNERS_DIRECTORY);
            var authority = Authority.named("Covenant " + UUID.randomUUID(), clock.instant());
            write(
                    next.resolve("authority.crt"),
                    "CERTIFICATE",
                    authority.certificate().getEncoded());
            for (String node : nodes) {
                Authority.Credential credential = authority.issue(node);
                write(
                        next.resolve(node + ".crt"),
                        "CERTIFICATE",
                        credential.certificate().getEncoded());
                write(
                        next.resolve(node + ".key"),
                        "PRIVATE KEY",
                        credential.keys().getPrivate().getEncoded());
            }
            publish(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void publish(Path made) throws IOException {
        try {
            Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Trees.delete(made);
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    private static void write(Path file, String kind, byte[] content) throws IOException {
        String pem = "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), kind);
        Files.createFile(file, OWNERS_FILE);
        Files.writeString(file, pem, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }
}
