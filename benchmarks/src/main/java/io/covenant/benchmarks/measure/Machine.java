package io.covenant.benchmarks.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a measurement was taken, as far as it explains the figures.
///
/// @param jvmArguments of this process
/// @param forcedWrite the median time of a small write that is on disk when it returns
public record Machine(
        String processor,
        int cores,
        long memoryMebibytes,
        String system,
        String jvm,
        List<String> jvmArguments,
        Duration forcedWrite) {

    private static final int WRITES = 200;
    private static final int PAGE = 8_192;

    /// This machine.
    ///
    /// @param disk a directory on the disk that will be written to
    public static Machine here(Path disk) throws IOException {
        return new Machine(
                fromProc("cpuinfo", "model name").orElse(System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                fromProc("meminfo", "MemTotal")
                        .map(total -> Long.parseLong(total.replaceAll("\\D", "")) / 1_024)
                        .orElse(0L),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                forcedWriteIn(disk));
    }

    /// How many processes wanted a core of this machine in the last minute; negative when it does not tell.
    public static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static Duration forcedWriteIn(Path disk) throws IOException {
        Path file = Files.createTempFile(disk, "forced-write", ".probe");
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var page = ByteBuffer.allocateDirect(PAGE);
            // Space that exists already, as in the write-ahead log, whose files are used again.
            for (int i = 0; i < WRITES; i++) {
                channel.write(page.clear(), (long) i * PAGE);
            }
            channel.force(true);
            List<Double> nanos = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                long began = System.nanoTime();
                channel.write(page.clear(), (long) i * PAGE);
                channel.force(false);
                nanos.add((double) (System.nanoTime() - began));
            }
            return Duration.ofNanos(Math.round(Spread.of(nanos).median()));
        } finally {
            Files.delete(file);
        }
    }

    private static Optional<String> fromProc(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
