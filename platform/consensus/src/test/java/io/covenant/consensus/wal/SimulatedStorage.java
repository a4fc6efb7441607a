package io.covenant.consensus.wal;

import io.covenant.simulation.Dice;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// A directory on a machine that fails as the dice want.
///
/// What was not forced is lost when the power fails, any part of it: files sector by sector, names in their
/// order. A failed force loses for good what it should have made durable, though it can be read until then,
/// as Linux does it.
public final class SimulatedStorage implements Storage {

    private static final int SECTOR = 512;

    /// The process or the machine ends here. No code catches it.
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("crash", null, false, false);
        }
    }

    /// @param position where bytes were written, or the negative of a size that was cut to, less one
    @SuppressWarnings("ArrayRecordComponent")
    private record Change(long position, byte[] bytes) {}

    private static final class Content {
        private byte[] live = {};
        private byte[] durable = {};
        private final List<Change> pending = new ArrayList<>();
    }

    private final Dice dice;
    private TreeMap<String, Content> live = new TreeMap<>();
    private TreeMap<String, Content> durable = new TreeMap<>();
    private final List<Runnable> pending = new ArrayList<>();
    private boolean locked;
    private long operations;
    private long crashAt = Long.MAX_VALUE;
    private long failForceAt = Long.MAX_VALUE;
    private long capacity = Long.MAX_VALUE;

    public SimulatedStorage(Dice dice) {
        this.dice = dice;
    }

    /// How many operations there have been.
    public long operations() {
        return operations;
    }

    /// Crashes when this many operations have been done.
    public void crashAfter(long more) {
        crashAt = operations + more;
    }

    /// The first force after this many operations fails.
    public void failForceAfter(long more) {
        failForceAt = operations + more;
    }

    /// No file grows when all have so many bytes.
    public void capacity(long bytes) {
        capacity = bytes;
    }

    public long used() {
        return live.values().stream().mapToLong(content -> content.live.length).sum();
    }

    /// The process is gone; the machine goes on, and so does what it has not forced yet.
    public void killProcess() {
        locked = false;
        crashAt = Long.MAX_VALUE;
        failForceAt = Long.MAX_VALUE;
    }

    /// The machine is gone.
    public void losePower() {
        killProcess();
        pending.subList(0, dice.below(pending.size() + 1)).forEach(Runnable::run);
        pending.clear();
        var mode = dice.below(3);
        durable.values().forEach(content -> survive(content, mode));
        live = new TreeMap<>(durable);
    }

    /// A copy of what is on the platters at this moment, and of nothing that was not forced.
    public SimulatedStorage backup() {
        var copy = new SimulatedStorage(dice);
        durable.forEach((name, content) -> {
            var kept = new Content();
            kept.live = content.durable.clone();
            kept.durable = content.durable.clone();
            copy.durable.put(name, kept);
        });
        copy.live = new TreeMap<>(copy.durable);
        return copy;
    }

    private void survive(Content content, int mode) {
        for (var change : content.pending) {
            if (change.position() < 0) {
                content.durable = Arrays.copyOf(content.durable, Math.toIntExact(-change.position() - 1));
                continue;
            }
            for (var from = 0; from < change.bytes().length; ) {
                var to = Math.min(
                        change.bytes().length, Math.toIntExact(from + SECTOR - (change.position() + from) % SECTOR));
                if (mode == 0 || (mode == 1 && dice.chance(0.5))) {
                    content.durable = with(
                            content.durable, change.position() + from, Arrays.copyOfRange(change.bytes(), from, to));
                }
                from = to;
            }
        }
        content.pending.clear();
        content.live = content.durable.clone();
    }

    private static byte[] with(byte[] all, long position, byte[] bytes) {
        var end = Math.toIntExact(position + bytes.length);
        var changed = end > all.length ? Arrays.copyOf(all, end) : all;
        System.arraycopy(bytes, 0, changed, Math.toIntExact(position), bytes.length);
        return changed;
    }

    /// Bits rot: this byte is another one, on the platters too.
    void flip(String name, int position, int bits) {
        var content = content(name);
        content.live[position] ^= (byte) bits;
        content.durable = content.live.clone();
    }

    byte[] bytes(String name) {
        return content(name).live.clone();
    }

    private Content content(String name) {
        var content = live.get(name);
        if (content == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return content;
    }

    private void operation() {
        if (operations >= crashAt) {
            throw new Crash();
        }
        operations++;
    }

    private boolean forceFails() {
        if (operations < failForceAt) {
            return false;
        }
        failForceAt = Long.MAX_VALUE;
        return true;
    }

    @Override
    public List<String> list() {
        return List.copyOf(live.keySet());
    }

    @Override
    public StorageFile create(String name) throws IOException {
        operation();
        if (live.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        var content = new Content();
        live.put(name, content);
        pending.add(() -> durable.put(name, content));
        return new SimulatedFile(content);
    }

    @Override
    public StorageFile open(String name) throws IOException {
        operation();
        var content = live.get(name);
        if (content == null) {
            throw new NoSuchFileException(name);
        }
        return new SimulatedFile(content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        operation();
        var content = live.remove(from);
        if (content == null) {
            throw new NoSuchFileException(from);
        }
        live.put(to, content);
        pending.add(() -> {
            durable.remove(from);
            durable.put(to, content);
        });
    }

    @Override
    public void delete(String name) throws IOException {
        operation();
        if (live.remove(name) == null) {
            throw new NoSuchFileException(name);
        }
        pending.add(() -> durable.remove(name));
    }

    @Override
    public void force() throws IOException {
        operation();
        if (forceFails()) {
            throw new IOException("Input/output error");
        }
        pending.forEach(Runnable::run);
        pending.clear();
    }

    @Override
    public Closeable lock() throws IOException {
        if (locked) {
            throw new DirectoryRefusedException("the simulated directory is in use");
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public String describe(String name) {
        return "/simulated/" + name;
    }

    private final class SimulatedFile implements StorageFile {

        private final Content content;

        private SimulatedFile(Content content) {
            this.content = content;
        }

        @Override
        public long size() {
            return content.live.length;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            operation();
            var bytes = new byte[source.remaining()];
            source.get(bytes);
            var grows = Math.max(0, position + bytes.length - content.live.length);
            var free = capacity - used();
            if (grows > 0 && grows > free) {
                change(position, Arrays.copyOf(bytes, Math.toIntExact(Math.max(0, bytes.length - grows + free))));
                throw new IOException("No space left on device");
            }
            change(position, bytes);
        }

        private void change(long position, byte[] bytes) {
            content.live = with(content.live, position, bytes);
            content.pending.add(new Change(position, bytes));
        }

        @Override
        public int read(ByteBuffer target, long position) {
            var count = Math.clamp(content.live.length - position, 0, target.remaining());
            target.put(content.live, Math.toIntExact(Math.min(position, content.live.length)), count);
            return count;
        }

        @Override
        public void truncate(long size) {
            operation();
            content.live = Arrays.copyOf(content.live, Math.toIntExact(Math.min(size, content.live.length)));
            content.pending.add(new Change(-size - 1, new byte[0]));
        }

        @Override
        public void force(boolean grown) throws IOException {
            operation();
            if (forceFails()) {
                survivesPartly();
                throw new IOException("Input/output error");
            }
            var readable = content.live;
            survive(content, 0);
            content.live = readable;
        }

        private void survivesPartly() {
            var readable = content.live;
            survive(content, 1);
            content.live = readable;
        }

        @Override
        public void close() {}
    }
}
