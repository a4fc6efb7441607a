package io.covenant.launcher.cli;

import io.covenant.launcher.client.Changes.Told;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/// What is heard of a coordinator, as a line of text.
final class ChangeText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private ChangeText() {}

    /// @param at when it was heard
    static String of(Told told, LocalTime at) {
        return "%s  %s  %s".formatted(TIME.format(at), told.node(), words(told));
    }

    private static String words(Told told) {
        return switch (told) {
            case Told.Listening _ -> "tells what changes from now on";
            case Told.Changed(var _, var id, var state) -> id + "  " + state;
            case Told.Missed _ -> "had more to tell than it could: some changes are missing";
            case Told.Silent(var _, var why) -> "tells nothing: " + why;
        };
    }
}
