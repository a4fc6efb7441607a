package io.covenant.launcher.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// A process that cannot be taken for a later one with the same pid: the pid and the moment of its start.
///
/// On Linux that moment is counted in clock ticks of a named boot, so that a corrected wall clock changes nothing.
///
/// @param pid the process id
/// @param started when it started; comparable for equality only
public record ProcessIdentity(long pid, String started) {

    /// What became of a process.
    public enum Liveness {
        /// It runs.
        RUNNING,
        /// It is stopped by a signal and can be continued.
        PAUSED,
        /// It has ended, even if nobody has collected its exit code, or the pid belongs to another process by now.
        GONE
    }

    private static final Path PROC = Path.of("/proc");
    private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));

    /// The identity of the process that has this pid now; empty when none lives.
    public static Optional<ProcessIdentity> of(long pid) {
        return look(pid)
                .filter(sight -> sight.liveness() != Liveness.GONE)
                .map(sight -> new ProcessIdentity(pid, sight.started()));
    }

    /// What became of exactly this process.
    public Liveness liveness() {
        return look(pid)
                .filter(sight -> sight.started().equals(started))
                .map(Sight::liveness)
                .orElse(Liveness.GONE);
    }

    /// Whether exactly this process still exists, running or paused.
    public boolean isAlive() {
        return liveness() != Liveness.GONE;
    }

    private record Sight(String started, Liveness liveness) {}

    private static Optional<Sight> look(long pid) {
        return LINUX ? lookInProc(pid) : lookByHandle(pid);
    }

    private static Optional<Sight> lookInProc(long pid) {
        String stat;
        try {
            stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
        } catch (IOException _) {
            return Optional.empty(); // no such process, or it ended while we read
        }
        String[] fields = fieldsFromThird(stat);
        return Optional.of(new Sight(Boot.ID + "+" + fields[19], liveness(stat)));
    }

    /// What a line of `/proc/PID/stat` says, by `proc(5)`: the third field is the state, the 20th how many threads
    /// there are, the 22nd the start in ticks.
    ///
    /// The state is that of the first thread. A process that is being killed shows it as a zombie while
    /// others still die, and until the last one has, its sockets are open.
    static Liveness liveness(String stat) {
        String[] fields = fieldsFromThird(stat);
        boolean othersStillDie = Integer.parseInt(fields[17]) > 1;
        return switch (fields[0]) {
            case "Z", "X", "x" -> othersStillDie ? Liveness.RUNNING : Liveness.GONE;
            case "T", "t" -> Liveness.PAUSED;
            default -> Liveness.RUNNING;
        };
    }

    /// The second field may contain anything but ends with the last `)`.
    private static String[] fieldsFromThird(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    private static Optional<Sight> lookByHandle(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(handle -> new Sight(
                        handle.info().startInstant().map(Instant::toString).orElse("unknown"),
                        Signals.isStopped(pid) ? Liveness.PAUSED : Liveness.RUNNING));
    }

    private static final class Boot {
        private static final String ID = read();

        private static String read() {
            try {
                return Files.readString(PROC.resolve("sys/kernel/random/boot_id"))
                        .strip()
                        .substring(0, 8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
