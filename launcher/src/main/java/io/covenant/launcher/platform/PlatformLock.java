package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets one launcher at a time change a platform. It ends with its holder, however that ends.
final class PlatformLock implements AutoCloseable {

    private final FileChannel channel;

    private PlatformLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes the lock, waiting for its holder for a while and telling once that it does.
    ///
    /// @param purpose what the holder does, for those who wait
    static PlatformLock take(Path file, String purpose, Duration patience, Consumer<String> waiting) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean told = false;
            long end = System.nanoTime() + patience.toNanos();
            while (tryLock(channel) == null) {
                String holder = holder(channel);
                if (System.nanoTime() > end) {
                    channel.close();
                    throw new LauncherFailure("Another launcher (%s) is still at work here; try again when it is done."
                            .formatted(holder));
                }
                if (!told) {
                    waiting.accept("Waiting for another launcher (%s) ...".formatted(holder));
                    told = true;
                }
                sleep();
            }
            byte[] holder = "%s, pid %d"
                    .formatted(purpose, ProcessHandle.current().pid())
                    .getBytes(StandardCharsets.UTF_8);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder), 0);
            return new PlatformLock(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // held in this very process
        }
    }

    /// Read through the channel: to open and close the file once more would, in POSIX, give up a lock held by this
    /// process.
    private static String holder(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(200);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherFailure("Interrupted while waiting for another launcher.", e);
        }
    }
}
