package io.covenant.launcher.platform;

import java.time.Duration;
import java.util.List;

/// What happens to a node while the platform comes or goes.
public sealed interface NodeEvent {

    /// It is not its turn yet.
    record Waiting(String why) implements NodeEvent {}

    /// It runs as it should and is left alone.
    record AlreadyUp() implements NodeEvent {}

    /// It runs, but not as it should, and is stopped first.
    record Replacing(String why) implements NodeEvent {}

    /// Its process is being started.
    record Starting() implements NodeEvent {}

    /// It is ready.
    record Healthy(Duration after) implements NodeEvent {}

    /// It did not become ready; what it said last.
    record Failed(String why, List<String> log) implements NodeEvent {}

    /// It was asked to end.
    record Stopping() implements NodeEvent {}

    /// It has ended.
    record Stopped(Duration after) implements NodeEvent {}
}
