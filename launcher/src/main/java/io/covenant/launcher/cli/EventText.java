package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Words;

/// Events in words.
final class EventText {

    private EventText() {}

    static String of(NodeEvent event) {
        return switch (event) {
            case NodeEvent.Waiting(String why) -> "waiting for " + why;
            case NodeEvent.AlreadyUp _ -> "already up";
            case NodeEvent.Replacing(String why) -> "restarting, as " + why;
            case NodeEvent.Starting _ -> "starting";
            case NodeEvent.Healthy(var after) -> "healthy after " + Words.seconds(after);
            case NodeEvent.Failed failed -> "FAILED: " + failed.why();
            case NodeEvent.Stopping _ -> "stopping";
            case NodeEvent.Stopped(var after) -> "stopped after " + Words.seconds(after);
        };
    }

    /// Whether nothing more is to come for the node.
    static boolean isFinal(NodeEvent event) {
        return switch (event) {
            case NodeEvent.AlreadyUp _, NodeEvent.Healthy _, NodeEvent.Failed _, NodeEvent.Stopped _ -> true;
            case NodeEvent.Waiting _, NodeEvent.Replacing _, NodeEvent.Starting _, NodeEvent.Stopping _ -> false;
        };
    }
}
