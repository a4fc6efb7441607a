package io.covenant.benchmarks.transactions;

import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import jdk.jfr.consumer.RecordingStream;

/// Counts how often this process forces the files below a directory to disk, as the JVM itself reports it.
final class ForcedFiles implements AutoCloseable {

    private static final String FORCE = "jdk.FileForce";

    private final RecordingStream events = new RecordingStream();
    private final LongAdder forces = new LongAdder();
    private final Semaphore flushes = new Semaphore(0);

    ForcedFiles(Path directory) {
        String below = directory.toAbsolutePath().normalize().toString();
        events.enable(FORCE).withoutThreshold().withoutStackTrace();
        events.setReuse(true);
        events.onEvent(FORCE, event -> {
            String file = event.getString("path");
            if (file != null && Path.of(file).toAbsolutePath().normalize().startsWith(below)) {
                forces.increment();
            }
        });
        events.onFlush(flushes::release);
        events.startAsync();
    }

    /// All until now; takes a second or two, as the JVM reports once in a second.
    long count() throws InterruptedException {
        flushes.drainPermits();
        flushes.acquire(2); // one may be under way
        return forces.sum();
    }

    @Override
    public void close() {
        events.close();
    }
}
