package io.covenant.consensus.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// How fast the log appends durably, beside a program that does nothing but write and `fdatasync` as many
/// bytes into a file filled with zeros. Run by hand:
///
/// `java -cp target/classes:target/test-classes:... io.covenant.consensus.wal.LogMeasurement [directory] [rounds]`
///
/// The disk of a shared machine changes its mind from second to second, so all contestants take short turns,
/// and each round gives one ratio to the floor of the same round.
final class LogMeasurement {

    private static final long TURN_NANOS = 400_000_000L;
    private static final Identity ME = new Identity("measured", "node");

    private LogMeasurement() {}

    @FunctionalInterface
    private interface Contestant {

        /// @return appends per second
        double turn(Path directory, int group, int size) throws IOException;
    }

    private record Named(String name, Contestant contestant) {}

    private static final List<Named> CONTESTANTS = List.of(
            new Named("floor", LogMeasurement::floor),
            new Named("log", (directory, group, size) -> log(directory, group, size, LogOptions.standard())),
            new Named("log, shared by threads", LogMeasurement::shared),
            new Named(
                    "log, files that grow",
                    (directory, group, size) ->
                            log(directory, group, size, LogOptions.standard().withPreallocation(false))));

    public static void main(String[] arguments) throws IOException {
        var directory = Path.of(arguments.length > 0 ? arguments[0] : "target/measured");
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
        System.out.printf(
                "| records of | group | contestant | appends/s | forces/s | of the floor |%n|---|---|---|---|---|---|%n");
        for (var size : List.of(64, 1024)) {
            for (var group : List.of(1, 16, 64)) {
                measure(directory, rounds, group, size);
            }
        }
    }

    private static void measure(Path directory, int rounds, int group, int size) throws IOException {
        var figures = new double[CONTESTANTS.size()][rounds];
        var ratios = new double[CONTESTANTS.size()][rounds];
        for (var round = -1; round < rounds; round++) {
            for (var i = 0; i < CONTESTANTS.size(); i++) {
                var figure = CONTESTANTS.get(i).contestant().turn(fresh(directory), group, size);
                if (round >= 0) {
                    figures[i][round] = figure;
                    ratios[i][round] = figure / figures[0][round];
                }
            }
        }
        for (var i = 0; i < CONTESTANTS.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "| %d bytes | %d | %s | %,.0f | %,.0f | %.0f %% |%n",
                    size,
                    group,
                    CONTESTANTS.get(i).name(),
                    median(figures[i]),
                    median(figures[i]) / group,
                    100 * median(ratios[i]));
        }
        fresh(directory);
    }

    /// Writes what the group's payloads take, without any format, and forces it.
    private static double floor(Path directory, int group, int size) throws IOException {
        Files.createDirectories(directory);
        try (var channel =
                FileChannel.open(directory.resolve("floor"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var zeros = ByteBuffer.allocateDirect(1 << 20);
            for (var at = 0L; at < 16 << 20; at += zeros.capacity()) {
                channel.write(zeros.clear(), at);
            }
            channel.force(true);
            var bytes = ByteBuffer.allocateDirect(group * size);
            var at = 0L;
            var forces = 0L;
            var start = System.nanoTime();
            while (System.nanoTime() - start < TURN_NANOS) {
                if (at + bytes.capacity() > 16 << 20) {
                    at = 0;
                }
                channel.write(bytes.clear(), at);
                channel.force(false);
                at += bytes.capacity();
                forces++;
            }
            return forces * group * 1e9 / (System.nanoTime() - start);
        }
    }

    private static double log(Path directory, int group, int size, LogOptions options) throws IOException {
        try (var log = WriteAheadLog.create(FileStorage.at(directory), ME, options)) {
            var payload = ByteBuffer.allocateDirect(size);
            var index = 1L;
            var start = System.nanoTime();
            while (System.nanoTime() - start < TURN_NANOS) {
                for (var i = 0; i < group; i++) {
                    log.append(index++, 1, payload);
                }
                log.force();
            }
            return (index - 1) * 1e9 / (System.nanoTime() - start);
        }
    }

    /// So many threads append, each waits for its own; one thread forces.
    private static double shared(Path directory, int group, int size) throws IOException {
        try (var log = WriteAheadLog.create(FileStorage.at(directory), ME, LogOptions.standard());
                var commit = new GroupCommit(log, failure -> {
                    throw new AssertionError(failure);
                })) {
            var index = new AtomicLong();
            var done = new CountDownLatch(group);
            var start = System.nanoTime();
            for (var i = 0; i < group; i++) {
                Thread.ofVirtual().start(() -> appendAndWait(log, commit, index, size, start, done));
            }
            done.await();
            return index.get() * 1e9 / (System.nanoTime() - start);
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private static void appendAndWait(
            WriteAheadLog log, GroupCommit commit, AtomicLong index, int size, long start, CountDownLatch done) {
        var payload = ByteBuffer.allocate(size);
        try {
            while (System.nanoTime() - start < TURN_NANOS) {
                synchronized (index) {
                    log.append(index.incrementAndGet(), 1, payload);
                }
                commit.awaitDurable();
            }
        } catch (IOException failure) {
            throw new AssertionError(failure);
        } finally {
            done.countDown();
        }
    }

    private static double median(double[] figures) {
        var sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Path fresh(Path directory) throws IOException {
        if (Files.exists(directory)) {
            var all = new ArrayList<Path>();
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).forEach(all::add);
            }
            for (var file : all) {
                Files.delete(file);
            }
        }
        return directory;
    }
}
