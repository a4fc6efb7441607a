package io.covenant.consensus.node;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A state machine that remembers every line it was given, with place and time; the result is how many.
final class Ledger implements ReplicatedStateMachine<Integer> {

    record Line(long index, long millis, String text) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Line> lines = new ArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final int most;
    private final AtomicBoolean busy = new AtomicBoolean();
    private @Nullable Thread applying;

    Ledger() {
        this(Integer.MAX_VALUE);
    }

    /// @param most lines that it remembers, before it forgets all of them
    Ledger(int most) {
        this.most = most;
    }

    static byte[] command(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Nothing is applied from here on.
    void stop() {
        gate = new CountDownLatch(1);
    }

    void goOn() {
        gate.countDown();
    }

    List<Line> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    List<String> texts() {
        return lines().stream().map(Line::text).toList();
    }

    @Override
    public Integer apply(long index, long timeMillis, byte[] command) {
        if (!busy.compareAndSet(false, true)) {
            throw new AssertionError("two at a time");
        }
        if (applying == null && !isQuick(command)) {
            applying = Thread.currentThread();
        } else if (!isQuick(command) && !Thread.currentThread().equals(applying)) {
            throw new AssertionError(applying + " and " + Thread.currentThread());
        }
        try {
            gate.await();
        } catch (InterruptedException nobody) {
            throw new AssertionError(nobody);
        }
        lock.lock();
        try {
            if (lines.size() >= most) {
                lines.clear();
            }
            lines.add(new Line(index, timeMillis, new String(command, StandardCharsets.UTF_8)));
            return lines.size();
        } finally {
            lock.unlock();
            busy.set(false);
        }
    }

    @Override
    public boolean isQuick(byte[] command) {
        return new String(command, StandardCharsets.UTF_8).startsWith("quick");
    }

    @Override
    public Fork fork() {
        var all = lines();
        return out -> {
            var data = new DataOutputStream(out);
            data.writeInt(all.size());
            for (var line : all) {
                data.writeLong(line.index());
                data.writeLong(line.millis());
                data.writeUTF(line.text());
            }
            data.flush();
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var in = new DataInputStream(state);
        lock.lock();
        try {
            lines.clear();
            for (var left = in.readInt(); left > 0; left--) {
                lines.add(new Line(in.readLong(), in.readLong(), in.readUTF()));
            }
        } finally {
            lock.unlock();
        }
    }
}
