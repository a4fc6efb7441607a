package io.covenant.launcher.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// How much of the machine's memory a process and its children take.
public final class ProcessMemory {

    private static final String PROPORTIONAL = "Pss:";

    private ProcessMemory() {}

    /// Bytes, each page shared by several processes counted in equal parts to each of them; empty where the operating
    /// system does not tell.
    public static OptionalLong of(ProcessIdentity process) {
        LongStream family = LongStream.concat(
                LongStream.of(process.pid()),
                ProcessHandle.of(process.pid()).stream()
                        .flatMap(ProcessHandle::descendants)
                        .mapToLong(ProcessHandle::pid));
        long[] told = family.map(ProcessMemory::proportional)
                .filter(bytes -> bytes > 0)
                .toArray();
        return told.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(LongStream.of(told).sum());
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
