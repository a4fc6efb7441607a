package io.covenant.consensus.node;

import io.covenant.consensus.raft.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the thread of the kernel, which takes all of it at once.
///
/// Requests beyond the bound are refused, frames beyond it make their senders wait. What the node tells
/// itself always has room: there is never more of it than it has asked for.
final class Mailbox<R> {

    sealed interface Mail<R> {
        record Heard<R>(Input input) implements Mail<R> {}

        record Wanted<R>(Request<R> request) implements Mail<R> {}

        record Look<R>(Runnable action) implements Mail<R> {}
    }

    enum Put {
        TAKEN,
        FULL,
        CLOSED
    }

    private final int mostRequests;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private List<Mail<R>> mail = new ArrayList<>();
    private int requests;
    private long requestBytes;
    private long frameBytes;
    private boolean awaited;
    private boolean closed;

    Mailbox(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    Put want(Request<R> request) {
        lock.lock();
        try {
            if (closed) {
                return Put.CLOSED;
            }
            if (requests >= mostRequests || requestBytes >= mostBytes) {
                return Put.FULL;
            }
            requests++;
            requestBytes += request.bytes();
            put(new Mail.Wanted<>(request));
            return Put.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /// Puts what a peer sent, and waits for room if there is none.
    void receive(Input input, int bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (frameBytes >= mostBytes && !closed) {
                emptied.await();
            }
            if (!closed) {
                frameBytes += bytes;
                put(new Mail.Heard<>(input));
            }
        } finally {
            lock.unlock();
        }
    }

    void tell(Input input) {
        putUnlessClosed(new Mail.Heard<>(input));
    }

    /// Puts what an operator wants, whom no bound shall keep out.
    boolean order(Request<R> request) {
        return putUnlessClosed(new Mail.Wanted<>(request));
    }

    /// @return whether it will be run
    boolean look(Runnable action) {
        return putUnlessClosed(new Mail.Look<>(action));
    }

    private boolean putUnlessClosed(Mail<R> one) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            put(one);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void put(Mail<R> one) {
        mail.add(one);
        if (awaited) {
            awaited = false;
            filled.signal();
        }
    }

    /// Waits until there is something, or so long.
    List<Mail<R>> take(long patienceNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = patienceNanos;
            while (mail.isEmpty() && !closed && left > 0) {
                awaited = true;
                left = filled.awaitNanos(left);
            }
            awaited = false;
            return drain();
        } finally {
            lock.unlock();
        }
    }

    private List<Mail<R>> drain() {
        var taken = mail;
        mail = new ArrayList<>();
        requests = 0;
        requestBytes = 0;
        if (frameBytes >= mostBytes) {
            emptied.signalAll();
        }
        frameBytes = 0;
        return taken;
    }

    int waiting() {
        lock.lock();
        try {
            return requests;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more gets in; what is in can still be taken.
    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
