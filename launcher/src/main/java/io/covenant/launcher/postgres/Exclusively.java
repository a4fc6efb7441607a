package io.covenant.launcher.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// Makes a directory that is either absent or complete, however many processes want it at once and whichever of them
/// dies half-way.
final class Exclusively {

    private static final Object ONE_THREAD = new Object();

    private Exclusively() {}

    @FunctionalInterface
    interface Making {

        /// Makes a sibling of the target, named `<target>.partial-...`, which then takes the target's name.
        Path partial() throws IOException;
    }

    static void doing(Path target, Making making) throws IOException {
        Path parent = Objects.requireNonNull(target.getParent());
        Files.createDirectories(parent);
        synchronized (ONE_THREAD) {
            try (var channel = FileChannel.open(
                            parent.resolve(target.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                if (Files.isDirectory(target)) {
                    return;
                }
                // Under the lock, any partial directory is one whose maker died.
                try (DirectoryStream<Path> left =
                        Files.newDirectoryStream(parent, target.getFileName() + ".partial-*")) {
                    for (Path directory : left) {
                        Directories.delete(directory);
                    }
                }
                Files.move(making.partial(), target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }
}
