package io.covenant.benchmarks.locks;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What a lock protects: notices when two are inside who must not be.
@SuppressWarnings("ThreadPriorityCheck") // gives others the chance to intrude; nothing hangs on it
final class Room {

    private static final int ONE_ALONE = -1;

    /// How many share it now.
    private final AtomicInteger inside = new AtomicInteger();

    private final LongAdder intrusions = new LongAdder();
    private final LongAdder visitsAlone = new LongAdder();

    /// Written without any protection but the lock that is measured.
    private long count;

    void visit(boolean shared) {
        if (shared) {
            share();
        } else {
            beAlone();
        }
    }

    private void share() {
        if (inside.getAndUpdate(now -> now == ONE_ALONE ? now : now + 1) == ONE_ALONE) {
            intrusions.increment();
        } else {
            Thread.yield();
            inside.decrementAndGet();
        }
    }

    private void beAlone() {
        visitsAlone.increment();
        boolean alone = inside.compareAndSet(0, ONE_ALONE);
        if (!alone) {
            intrusions.increment();
        }
        long seen = count;
        Thread.yield();
        count = seen + 1;
        if (alone) {
            inside.set(0);
        }
    }

    /// How often the lock failed; to be asked when all have left.
    long failures() {
        return Math.max(intrusions.sum(), visitsAlone.sum() - count);
    }
}
