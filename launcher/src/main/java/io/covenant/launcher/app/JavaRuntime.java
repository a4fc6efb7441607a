package io.covenant.launcher.app;

import java.nio.file.Path;

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

    /// The program.
    public String executable() {
        return home.resolve("bin").resolve("java").toString();
    }
}
