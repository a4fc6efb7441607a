package io.covenant.launcher.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What one can do to a process from outside, by signals.
final class Signals {

    private static final Duration KILL_TAKES_AT_MOST = Duration.ofSeconds(5);

    private Signals() {}

    /// Suspends it and all its children, the parent first so that it makes no more of them.
    static void pause(ProcessIdentity process) {
        send("STOP", family(process));
    }

    static void resume(ProcessIdentity process) {
        send("CONT", family(process));
    }

    static void kill(ProcessIdentity process) {
        send("KILL", List.of(process.pid()));
        await(process, KILL_TAKES_AT_MOST);
    }

    /// With all its children, none of which goes on alone.
    static void killFamily(ProcessIdentity process) {
        send("STOP", List.of(process.pid())); // it makes no more of them
        List<Long> family = family(process);
        send("KILL", family);
        await(process, KILL_TAKES_AT_MOST);
    }

    /// Asks it to end, and after the patience is over kills it.
    static void stop(ProcessIdentity process, Duration patience) {
        send("TERM", List.of(process.pid()));
        if (process.liveness() == ProcessIdentity.Liveness.PAUSED) {
            resume(process); // it hears TERM only when it runs
        }
        if (!await(process, patience)) {
            kill(process);
        }
    }

    static boolean isStopped(long pid) {
        return run(List.of("ps", "-o", "state=", "-p", Long.toString(pid))).startsWith("T");
    }

    private static boolean await(ProcessIdentity process, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static List<Long> family(ProcessIdentity process) {
        return Stream.concat(
                        Stream.of(process.pid()),
                        ProcessHandle.of(process.pid()).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .toList();
    }

    /// The shell's own kill: the program of that name is missing on slim machines, and Java knows two signals only.
    private static void send(String signal, List<Long> pids) {
        var command = new ArrayList<>(List.of("/bin/sh", "-c", "s=$1; shift; kill -\"$s\" \"$@\"", "kill", signal));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        run(command);
    }

    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command.getFirst(), e);
        }
    }
}
