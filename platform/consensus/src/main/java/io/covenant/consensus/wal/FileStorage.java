package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A real directory.
public final class FileStorage implements Storage {

    private static final String LOCK = "lock";
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;

    private FileStorage(Path directory) {
        this.directory = directory;
    }

    /// The storage in this directory, which is made when there is none.
    public static FileStorage at(Path directory) throws IOException {
        var absolute = directory.toAbsolutePath().normalize();
        makeDurably(absolute);
        return new FileStorage(absolute);
    }

    private static void makeDurably(Path directory) throws IOException {
        var parent = directory.getParent();
        if (Files.isDirectory(directory) || parent == null) {
            return;
        }
        makeDurably(parent);
        Files.createDirectory(directory);
        forceDirectory(parent);
    }

    @Override
    public List<String> list() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(LOCK))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public StorageFile create(String name) throws IOException {
        return new RealFile(
                directory.resolve(name),
                FileChannel.open(
                        directory.resolve(name),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    @Override
    public StorageFile open(String name) throws IOException {
        return new RealFile(
                directory.resolve(name),
                FileChannel.open(directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void force() throws IOException {
        forceDirectory(directory);
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Closeable lock() throws IOException {
        // The system forgets this process's lock as soon as any channel of the file is closed, so a second one
        // must not even be opened.
        if (!LOCKED_HERE.add(directory)) {
            throw inUse();
        }
        try {
            var channel = FileChannel.open(
                    directory.resolve(LOCK),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw inUse();
            }
            return () -> {
                try (channel) {
                    LOCKED_HERE.remove(directory);
                }
            };
        } catch (IOException failure) {
            LOCKED_HERE.remove(directory);
            throw failure;
        }
    }

    private DirectoryRefusedException inUse() {
        return new DirectoryRefusedException(
                "%s is in use by a running process; stop that one first (its lock is on %s)"
                        .formatted(directory, directory.resolve(LOCK)));
    }

    @Override
    public String describe(String name) {
        return directory.resolve(name).toString();
    }

    /// A file with a second channel for reading: an interrupt closes the channel on which the interrupted
    /// thread works, and a reader must not take the writer's.
    private static final class RealFile implements StorageFile {

        private final Path path;
        private final FileChannel channel;
        private final ReentrantLock opening = new ReentrantLock();
        private @Nullable FileChannel reading;

        private RealFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            var at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            var from = target.position();
            var source = reading();
            while (target.hasRemaining()) {
                if (source.read(target, position + target.position() - from) < 0) {
                    break;
                }
            }
            return target.position() - from;
        }

        private FileChannel reading() throws IOException {
            opening.lock();
            try {
                if (!channel.isOpen()) {
                    throw new ClosedChannelException();
                }
                if (reading == null || !reading.isOpen()) {
                    reading = FileChannel.open(path, StandardOpenOption.READ);
                }
                return reading;
            } finally {
                opening.unlock();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force(boolean grown) throws IOException {
            channel.force(grown);
        }

        @Override
        public void close() throws IOException {
            opening.lock();
            try (channel) {
                if (reading != null) {
                    reading.close();
                }
            } finally {
                opening.unlock();
            }
        }
    }
}
