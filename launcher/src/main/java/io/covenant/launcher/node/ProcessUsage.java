package io.covenant.launcher.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// What a process and its children take of the machine.
///
/// @param cpu the processor time since their start
/// @param memoryBytes their memory, each page shared by several processes counted in equal parts to each of
///     them; 0 where the operating system does not tell
public record ProcessUsage(Duration cpu, long memoryBytes) {

    private static final String PROPORTIONAL = "Pss:";

    /// What it takes now.
    public static ProcessUsage of(ProcessIdentity process) {
        List<ProcessHandle> family = ProcessHandle.of(process.pid()).stream()
                .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
                .toList();
        Duration cpu = family.stream()
                .flatMap(handle -> handle.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
        long memory =
                family.stream().mapToLong(handle -> proportional(handle.pid())).sum();
        return new ProcessUsage(cpu, memory);
    }

    private static long proportional(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(PROPORTIONAL))
                    .mapToLong(line -> Long.parseLong(line.substring(PROPORTIONAL.length())
                                    .replace("kB", "")
                                    .strip())
                            * 1024)
                    .sum();
        } catch (IOException | RuntimeException _) {
            return 0; // not this system, or it ended
        }
    }
}
