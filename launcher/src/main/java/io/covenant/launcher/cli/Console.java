package io.covenant.launcher.cli;

import io.covenant.launcher.platform.Progress;
import java.io.PrintStream;
import java.util.List;

/// Where a command speaks.
///
/// @param isTerminal whether a person watches, so that lines may be redrawn
record Console(PrintStream out, PrintStream err, boolean isTerminal) {

    /// Standard output and standard error of this process; the script knows whether the former is a terminal.
    static Console standard() {
        return new Console(System.out, System.err, "true".equals(System.getenv("COVENANT_TERMINAL")));
    }

    void say(String line) {
        out.println(line);
    }

    /// Shows the progress of these nodes: live lines on a terminal, else one line for each event that matters.
    ShownProgress progress(List<String> nodes) {
        return isTerminal ? new LiveProgress(out, nodes) : new PlainProgress(out, nodes);
    }

    /// A progress that is closed when there is no more to show.
    interface ShownProgress extends Progress, AutoCloseable {
        @Override
        void close();
    }
}
