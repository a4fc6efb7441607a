package io.covenant.launcher.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A jar that unpacks itself when asked the way Spring Boot's are.
public final class FakeExecutableJar {

    private FakeExecutableJar() {}

    /// Does what `-Djarmode=tools -jar x.jar extract --force --destination directory` does, as far as the launcher
    /// looks.
    public static void main(String[] arguments) throws IOException {
        if (!"tools".equals(System.getProperty("jarmode")) || !arguments[0].equals("extract")) {
            throw new IllegalArgumentException("not asked to unpack");
        }
        Path jar = Path.of(System.getProperty("java.class.path"));
        Files.copy(jar, Path.of(arguments[3]).resolve(jar.getFileName()));
    }

    /// Writes one.
    static void write(Path file, String content) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, FakeExecutableJar.class.getName());
        String self = FakeExecutableJar.class.getName().replace('.', '/') + ".class";
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest);
                var in = FakeExecutableJar.class.getResourceAsStream("/" + self)) {
            jar.putNextEntry(new JarEntry(self));
            jar.write(Objects.requireNonNull(in).readAllBytes());
            jar.putNextEntry(new JarEntry("content"));
            jar.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }
}
