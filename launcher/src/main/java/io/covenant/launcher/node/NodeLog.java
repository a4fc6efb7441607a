package io.covenant.launcher.node;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The log of one node: a file for the current run, the run before it kept beside.
public final class NodeLog {

    private static final int TAIL_BYTES = 256 * 1024;

    private final Path file;

    /// The log in this file.
    public NodeLog(Path file) {
        this.file = file;
    }

    /// The file the node writes to.
    public Path file() {
        return file;
    }

    /// Makes room for a new run.
    void turn() throws IOException {
        Files.createDirectories(file.getParent());
        if (Files.exists(file) && Files.size(file) > 0) {
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// The last lines of the current run.
    public List<String> tail(int lines) throws IOException {
        byte[] end = read(Math.max(0, size() - TAIL_BYTES));
        List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    /// Copies the last lines and all that comes after them, through restarts of the node, for as long as it is wanted.
    public void follow(int lines, OutputStream out, BooleanSupplier wanted) throws IOException, InterruptedException {
        Object run = run();
        long position = size();
        for (String line : tail(lines)) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        while (wanted.getAsBoolean()) {
            if (!Objects.equals(run, run())) {
                run = run();
                position = 0;
            }
            byte[] piece = read(position);
            out.write(piece);
            out.flush();
            position += piece.length;
            Thread.sleep(100);
        }
    }

    private long size() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private byte[] read(long from) throws IOException {
        if (size() <= from) {
            return new byte[0];
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, in.length() - from)];
            in.readFully(bytes);
            return bytes;
        }
    }

    /// What tells one run's file from the next one's: its inode where there is such a thing.
    private @Nullable Object run() throws IOException {
        return Files.exists(file)
                ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
                : null;
    }
}
