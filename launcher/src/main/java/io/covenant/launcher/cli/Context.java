package io.covenant.launcher.cli;

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
}
