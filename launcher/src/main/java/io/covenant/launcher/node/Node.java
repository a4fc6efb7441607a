package io.covenant.launcher.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// One named process of the platform: started, found again by a later launcher, signalled and stopped.
public interface Node {

    /// The name by which people and commands address it.
    String name();

    /// Where it answers on the loopback interface.
    int port();

    /// All ports that it listens on, by the names under which they can be moved.
    default Map<String, Integer> ports() {
        return Map.of(name(), port());
    }

    /// What it writes.
    NodeLog log();

    /// How it is now.
    NodeState state();

    /// Its process, if that exists.
    Optional<ProcessIdentity> process();

    /// When it was started, if it was.
    Optional<Instant> startedAt();

    /// Whether it runs, but not as it would be started now: other build, other configuration.
    boolean isOutdated();

    /// Starts it; it must not be alive. The variables come on top of its own environment.
    void start(Map<String, String> environment);

    /// Ends it in order, and by force when that takes too long; false when there was nothing to end.
    boolean stop(Duration patience);

    /// Ends it as a crash would; false when there is no process.
    default boolean kill() {
        Optional<ProcessIdentity> running = process();
        running.ifPresent(Signals::kill);
        return running.isPresent();
    }

    /// The same with all its children.
    default boolean killFamily() {
        Optional<ProcessIdentity> running = process();
        running.ifPresent(Signals::killFamily);
        return running.isPresent();
    }

    /// Suspends it with all its children; false when there is no process.
    default boolean pause() {
        Optional<ProcessIdentity> running = process();
        running.ifPresent(Signals::pause);
        return running.isPresent();
    }

    /// Lets it go on; false when there is no process.
    default boolean resume() {
        Optional<ProcessIdentity> running = process();
        running.ifPresent(Signals::resume);
        return running.isPresent();
    }
}
