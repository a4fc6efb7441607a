package io.covenant.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The CPU time that processes have used since they began, user and system, as the operating system counts it.
public final class CpuTime {

    /// Linux tells this in hundredths of a second whatever its own clock does.
    private static final long TICK_MILLIS = 10;

    private CpuTime() {}

    /// Of one process alone.
    public static Duration of(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Of a process with its children, those included that have ended: a PostgreSQL server with all its backends.
    public static Duration ofFamily(ProcessHandle process) {
        return process.descendants()
                .map(CpuTime::of)
                .reduce(of(process).plus(ofEndedChildren(process.pid())), Duration::plus);
    }

    private static Duration ofEndedChildren(long pid) {
        try {
            return endedChildrenIn(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
        } catch (IOException e) {
            return Duration.ZERO; // no Linux: backends that ended are missing from the sum
        }
    }

    /// The fields `cutime` and `cstime`, number 16 and 17; the second field is the program's name in
    /// parentheses and may hold anything.
    static Duration endedChildrenIn(String stat) {
        String[] fromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fromThird[13]) + Long.parseLong(fromThird[14]);
        return Duration.ofMillis(ticks * TICK_MILLIS);
    }
}
