package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.PlatformHome;
import java.util.function.Supplier;

/// What every command gets: where it speaks and which platform it is about.
///
/// @param home asked for only by commands that need it, so that help works everywhere
record Context(Console console, Supplier<PlatformHome> home) {

    Platform platform() {
        return Platform.in(home.get());
    }

    /// The platform, if there is somebody at its door.
    Platform openPlatform() {
        Platform platform = platform();
        if (platform.node("gateway").process().isEmpty()) {
            throw new LauncherFailure("The gateway is not running; './covenant up' starts what is missing.");
        }
        return platform;
    }
}
