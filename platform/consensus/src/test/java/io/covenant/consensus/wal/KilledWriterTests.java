package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that writes, is killed in the middle of it, and is asked for what it confirmed.
class KilledWriterTests {

    private static final Identity ME = new Identity("group", "node");
    private static final LogOptions SMALL = LogOptions.standard().withSegmentBytes(64 * 1024);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    /// The child: appends in groups and says up to where all is durable, until it is killed.
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            var storage = FileStorage.at(Path.of(arguments[0]));
            var log = WriteAheadLog.exists(storage)
                    ? WriteAheadLog.open(storage, ME, SMALL)
                    : WriteAheadLog.create(storage, ME, SMALL);
            for (var index = log.lastIndex() + 1; ; index++) {
                log.append(
                        index, 1, ByteBuffer.allocate(40 + (int) (index % 100)).putLong(0, index));
                if (index % 7 == 0) {
                    log.force();
                    System.out.println(index);
                }
                if (index % 1000 == 0) {
                    log.compactTo(index - 500, 1);
                }
            }
        }
    }

    @Test
    void losesNothingThatItConfirmed() throws Exception {
        var confirmed = 0L;
        for (var life = 1; life <= 3; life++) {
            confirmed = Math.max(confirmed, runAndKill(300 * life));

            try (var log = WriteAheadLog.open(FileStorage.at(directory), ME, SMALL)) {
                assertThat(log.lastIndex()).isGreaterThanOrEqualTo(confirmed);
                for (var entry : log.read(log.firstIndex(), Long.MAX_VALUE, Integer.MAX_VALUE)) {
                    assertThat(ByteBuffer.wrap(entry.payload()).getLong()).isEqualTo(entry.index());
                }
            }
        }
    }

    /// @return up to where the child said that all is durable
    private long runAndKill(int groups) throws IOException, InterruptedException {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = child.inputReader()) {
            var confirmed = 0L;
            for (var group = 0; group < groups; group++) {
                confirmed = number(said.readLine(), confirmed);
            }
            child.toHandle().destroyForcibly();
            for (var line = said.readLine(); line != null; line = said.readLine()) {
                confirmed = number(line, confirmed);
            }
            return confirmed;
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    /// The last line may be cut short by the kill; a part of a number is a smaller one.
    private static long number(String line, long before) {
        return line.isEmpty() ? before : Math.max(before, Long.parseLong(line));
    }
}
