package io.covenant.launcher.postgres;

import com.sun.security.auth.module.UnixSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The identity under which PostgreSQL runs: ours, or, as it refuses to be root, one that root can put on.
///
/// @param how for the person who wants to know, for instance `as uid 65534 by setpriv`
/// @param fileOwner who must own the server's files; empty = we do anyway
record RunAs(String how, Optional<Integer> fileOwner, Wrapping wrapping) {

    private static final int NOBODY = 65_534;

    @FunctionalInterface
    interface Wrapping {

        List<String> around(List<String> command);
    }

    List<String> command(List<String> command) {
        return wrapping.around(command);
    }

    static boolean weAreRoot() {
        return new UnixSystem().getUid() == 0;
    }

    /// Whoever runs the server already; for looking, not for starting.
    static RunAs unchanged() {
        return new RunAs("as before", Optional.empty(), command -> command);
    }

    /// The first identity that can run the program and enter the directory; tried, not guessed.
    static RunAs whoCan(Path program, Path directory) {
        if (!weAreRoot()) {
            return new RunAs("as this user", Optional.empty(), command -> command);
        }
        var refusals = new ArrayList<String>();
        for (RunAs candidate : candidates()) {
            Commands.Result tried = Commands.run(candidate.command(List.of(
                    "/bin/sh",
                    "-c",
                    "test \"$(id -u)\" != 0 && cd \"$1\" && \"$2\" --version",
                    "sh",
                    directory.toString(),
                    program.toString())));
            if (tried.succeeded()) {
                return candidate;
            }
            refusals.add(
                    candidate.how() + ": " + tried.output().lines().findFirst().orElse("refused"));
        }
        throw new PostgresFailure(
                "PostgreSQL does not run as root, and no other identity can be had that may enter %s (%s): run as a normal user."
                        .formatted(directory, String.join("; ", refusals)));
    }

    private static List<RunAs> candidates() {
        String id = Integer.toString(NOBODY);
        return List.of(
                prefixed(
                        "as uid " + id + " by setpriv",
                        NOBODY,
                        List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--")),
                // Keeps root's files and loses root's powers; needs user namespaces, which many containers forbid.
                prefixed("in a user namespace by unshare", 0, List.of("unshare", "--user", "--")),
                new RunAs(
                        "as nobody by su",
                        Optional.of(NOBODY),
                        command -> List.of("su", "nobody", "-s", "/bin/sh", "-c", "exec " + quoted(command))));
    }

    private static RunAs prefixed(String how, int fileOwner, List<String> prefix) {
        return new RunAs(how, Optional.of(fileOwner), command -> {
            var whole = new ArrayList<>(prefix);
            whole.addAll(command);
            return whole;
        });
    }

    private static String quoted(List<String> command) {
        return command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }
}
