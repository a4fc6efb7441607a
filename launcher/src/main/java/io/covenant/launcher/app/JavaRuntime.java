package io.covenant.launcher.app;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A Java installation that runs services.
///
/// @param home its directory
/// @param version in full, so that another build of the same version differs
public record JavaRuntime(Path home, String version) {

    /// The one that runs this launcher; the script has chosen it.
    public static JavaRuntime current() {
        String vendor = System.getProperty("java.vendor.version", System.getProperty("java.vendor", ""));
        return new JavaRuntime(Path.of(System.getProperty("java.home")), Runtime.version() + " " + vendor);
    }

    /// What this program's classes are loaded from, for processes that work in another directory.
    public static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// The program.
    public String executable() {
        return home.resolve("bin").resolve("java").toString();
    }
}
