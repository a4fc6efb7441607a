package io.covenant.launcher.node;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Starts processes that belong to no terminal and no launcher: neither Ctrl-C nor a closed window nor the end of the
/// launcher reaches them.
public final class Detached {

    private Detached() {}

    /// Starts a command in a session of its own, its output going to a file; the pid of the result is the command's
    /// own.
    public static Process start(List<String> command, Map<String, String> environment, Path directory, Path output)
            throws IOException {
        Files.createDirectories(output.getParent());
        var builder = new ProcessBuilder(
                        Stream.concat(ownSession().stream(), command.stream()).toList())
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// All of these become the command by `exec`, so that the pid stays.
    private static List<String> ownSession() {
        if (onPath("setsid")) {
            return List.of("setsid");
        }
        if (onPath("perl")) { // macOS
            return List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!;");
        }
        return List.of("/bin/sh", "-c", "trap '' HUP INT; exec \"$@\"", "detached");
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator, -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
