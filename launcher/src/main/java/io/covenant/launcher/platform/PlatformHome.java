package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.node.Mark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a platform keeps what it needs: the built project, and a directory for its own state.
///
/// @param project the root of the checkout, which holds the services' jars
/// @param state everything that running leaves behind; deleting it while nothing runs is a reset
/// @param apps the unpacked services and their caches, which several platforms may share
public record PlatformHome(Path project, Path state, Path apps) {

    public PlatformHome {
        project = project.toAbsolutePath().normalize();
        state = state.toAbsolutePath().normalize();
        apps = apps.toAbsolutePath().normalize();
    }

    /// A platform of this checkout, with its state in this directory.
    public static PlatformHome of(Path project, Path state) {
        return new PlatformHome(project, state, state.resolve("apps"));
    }

    /// The platform that the environment names: `COVENANT_ROOT` (set by the script) and `COVENANT_HOME`, else the
    /// checkout around the working directory and its `.covenant`.
    public static PlatformHome current() {
        Path project = Optional.ofNullable(System.getenv("COVENANT_ROOT"))
                .map(Path::of)
                .orElseGet(() -> checkoutAround(Path.of("").toAbsolutePath()));
        Path state = Optional.ofNullable(System.getenv("COVENANT_HOME"))
                .filter(configured -> !configured.isBlank())
                .map(Path::of)
                .orElse(project.resolve(".covenant"));
        return of(project, state);
    }

    /// The nearest directory at or above this one that looks like the checkout.
    public static Path checkoutAround(Path directory) {
        for (Path here = directory.toAbsolutePath(); here != null; here = here.getParent()) {
            if (Files.isRegularFile(here.resolve("covenant")) && Files.isDirectory(here.resolve("launcher"))) {
                return here;
            }
        }
        throw new LauncherFailure("There is no checkout of Covenant at or above " + directory + ".");
    }

    /// The home of a platform that is there only to be recorded, with the same services.
    PlatformHome rehearsal() {
        return new PlatformHome(project, state.resolve("rehearsal"), apps);
    }

    Path records() {
        return state.resolve("pids");
    }

    /// One file per node.
    public Path logs() {
        return state.resolve("logs");
    }

    Path data() {
        return state.resolve("data");
    }

    Path secrets() {
        return state.resolve("secrets");
    }

    Path lock() {
        return state.resolve("lock");
    }

    /// Which epoch the tokens of the lock service are in.
    Path lockEpoch() {
        return state.resolve("lock-epoch");
    }

    Path settings() {
        return state.resolve("platform.properties");
    }

    /// The orders that a load of ours was told are confirmed, one JSON object a line.
    public Path acknowledgedOrders() {
        return state.resolve("acknowledged-orders.jsonl");
    }

    /// What a reset deletes, as far as it is there: all but the unpacked services, which hold nothing of anybody's.
    public List<Path> perishable() {
        return Stream.of(data(), secrets(), logs(), records(), acknowledgedOrders(), seeded(), lockEpoch())
                .filter(Files::exists)
                .toList();
    }

    /// Exists once the catalogue has been put in.
    public Path seeded() {
        return state.resolve("seeded");
    }

    Mark mark() {
        return new Mark(state);
    }
}
