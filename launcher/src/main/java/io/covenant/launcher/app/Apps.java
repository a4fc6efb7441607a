package io.covenant.launcher.app;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;

/// The services' builds, unpacked once per content.
public final class Apps {

    private static final int BUILDS_KEPT = 2;

    private final Path project;
    private final Path apps;
    private final JavaRuntime java;

    /// The builds of a checkout, unpacked into a directory, to be run by this Java.
    public Apps(Path project, Path apps, JavaRuntime java) {
        this.project = project;
        this.apps = apps;
        this.java = java;
    }

    /// The current build of a service, unpacked now if it has not been before.
    public ServiceApp of(Role role) {
        Path built = built(role);
        Path unpacked = apps.resolve(role.module());
        try {
            Path directory = unpacked.resolve(contentOf(built, unpacked));
            if (!Files.isDirectory(directory)) {
                unpack(built, directory);
                forgetOldBuilds(unpacked);
            }
            return new ServiceApp(role, directory, directory.resolve(built.getFileName()), java);
        } catch (IOException e) {
            throw new UncheckedIOException("%s could not be unpacked: %s".formatted(built, e.getMessage()), e);
        }
    }

    private Path built(Role role) {
        Path target = project.resolve(role.module()).resolve("target");
        var found = new ArrayList<Path>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, role.module() + "-*-exec.jar")) {
            jars.forEach(found::add);
        } catch (NoSuchFileException _) {
            // As good as an empty one.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream()
                .max(Comparator.comparing(Apps::changed).thenComparing(Path::toString))
                .orElseThrow(() -> new LauncherFailure("%s is not built (no %s); ./mvnw -DskipTests package does it."
                        .formatted(role.module(), target.resolve(role.module() + "-...-exec.jar"))));
    }

    /// A digest of the jar, remembered for as long as the file is the same and unchanged. That it was changed
    /// is seen from its status, as a reproducible build gives all its jars one and the same time.
    private static String contentOf(Path jar, Path memory) throws IOException {
        String sight = Files.readAttributes(jar, "unix:ino,size,ctime") + " ";
        Path note = memory.resolve("content");
        if (Files.exists(note)) {
            String noted = Files.readString(note);
            if (noted.startsWith(sight)) {
                return noted.substring(sight.length());
            }
        }
        String content = digest(jar);
        Files.createDirectories(memory);
        Path next = Files.createTempFile(memory, "content", null);
        Files.writeString(next, sight + content);
        Files.move(next, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return content;
    }

    private static String digest(Path jar) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(jar), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    /// Spring Boot's own tool: libraries as files of their own start faster than nested in a jar, and can be cached.
    private void unpack(Path jar, Path directory) throws IOException {
        Path parent = directory.getParent();
        Files.createDirectories(parent);
        Path partial = Files.createTempDirectory(parent, "partial-");
        Process tool = new ProcessBuilder(
                        java.executable(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--force",
                        "--destination",
                        partial.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), Charset.defaultCharset());
        try {
            if (tool.waitFor() != 0) {
                throw new IOException(said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void forgetOldBuilds(Path unpacked) throws IOException {
        var builds = new ArrayList<Path>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(unpacked, Files::isDirectory)) {
            directories.forEach(builds::add);
        }
        builds.sort(Comparator.comparing(Apps::changed).reversed());
        for (Path old : builds.subList(Math.min(BUILDS_KEPT, builds.size()), builds.size())) {
            Trees.delete(old);
        }
    }

    private static FileTime changed(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
