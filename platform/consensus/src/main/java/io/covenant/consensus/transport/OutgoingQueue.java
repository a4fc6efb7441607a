package io.covenant.consensus.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Frames on their way to one peer; when there are too many, the oldest give way.
final class OutgoingQueue {

    private final int mostFrames;
    private final int mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
    private long bytes;

    /// Whether some were taken that are not on their way yet.
    private boolean inHand;

    private boolean nudged;

    OutgoingQueue(int mostFrames, int mostBytes) {
        this.mostFrames = mostFrames;
        this.mostBytes = mostBytes;
    }

    /// @return how many frames had to give way
    int add(byte[] frame) {
        lock.lock();
        try {
            var dropped = 0;
            while (frames.size() >= mostFrames || (!frames.isEmpty() && bytes + frame.length > mostBytes)) {
                bytes -= frames.removeFirst().length;
                dropped++;
            }
            frames.addLast(frame);
            bytes += frame.length;
            filled.signal();
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /// Has who waits for frames, or will, look around.
    void nudge() {
        lock.lock();
        try {
            nudged = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for frames, and takes all of them up to so many bytes, at least one. They are in hand until they are
    /// [on their way][#onTheirWay].
    ///
    /// @return none when none came in time
    List<byte[]> take(int most, long patienceMillis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
            while (frames.isEmpty() && !nudged && left > 0) {
                left = filled.awaitNanos(left);
            }
            nudged = false;
            var taken = new ArrayList<byte[]>();
            var room = (long) most;
            for (var next = frames.peekFirst(); next != null; next = frames.peekFirst()) {
                room -= next.length;
                if (room < 0 && !taken.isEmpty()) {
                    break;
                }
                taken.add(frames.removeFirst());
                bytes -= next.length;
            }
            inHand = !taken.isEmpty();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// What was taken is, or is lost.
    void onTheirWay() {
        lock.lock();
        try {
            inHand = false;
        } finally {
            lock.unlock();
        }
    }

    /// Whether no frame is in front of the next.
    boolean isIdle() {
        lock.lock();
        try {
            return frames.isEmpty() && !inHand;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return frames.size();
        } finally {
            lock.unlock();
        }
    }
}
