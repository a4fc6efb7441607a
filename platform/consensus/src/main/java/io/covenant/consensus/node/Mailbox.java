package io.covenant.consensus.node;

import io.covenant.consensus.raft.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the kernel, of which whoever takes the next turn takes all at once.
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
    private boolean nudged;
    private boolean closed;

    Mailbox(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    Put want(Request<R> request) {
        return want(List.of(request)).getFirst();
    }

    /// Puts these next to each other, so that one turn takes them all.
    ///
    /// @return what became of each
    List<Put> want(List<? extends Request<R>> wanted) {
        var puts = new ArrayList<Put>(wanted.size());
        lock.lock();
        try {
            for (var request : wanted) {
                puts.add(take(request));
            }
            if (puts.contains(Put.TAKEN)) {
                wake();
            }
            return puts;
        } finally {
            lock.unlock();
        }
    }

    private Put take(Request<R> request) {
        if (closed) {
            return Put.CLOSED;
        }
        if (requests >= mostRequests || requestBytes >= mostBytes) {
            return Put.FULL;
        }
        requests++;
        requestBytes += request.bytes();
        mail.add(new Mail.Wanted<>(request));
        return Put.TAKEN;
    }

    /// Leaves what a peer sent for the next turn, which nobody is woken for, and waits for room if there is none.
    void receive(Input input, int bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (frameBytes >= mostBytes && !closed) {
                emptied.await();
            }
            if (!closed) {
                frameBytes += bytes;
                mail.add(new Mail.Heard<>(input));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Leaves this for the next turn, which nobody is woken for.
    void leave(Input input) {
        lock.lock();
        try {
            if (!closed) {
                mail.add(new Mail.Heard<>(input));
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
            mail.add(one);
            wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        if (awaited) {
            awaited = false;
            filled.signal();
        }
    }

    /// Wakes who waits for mail, if there is some.
    void wakeForWhatIsLeft() {
        lock.lock();
        try {
            if (!mail.isEmpty()) {
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Has who waits for mail, or will, look at the time again.
    void nudge() {
        lock.lock();
        try {
            nudged = true;
            wake();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there is something, or so long.
    void await(long patienceNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = patienceNanos;
            while (mail.isEmpty() && !nudged && !closed && left > 0) {
                awaited = true;
                left = filled.awaitNanos(left);
            }
            awaited = false;
            nudged = false;
        } finally {
            lock.unlock();
        }
    }

    /// All that is there now.
    List<Mail<R>> take() {
        lock.lock();
        try {
            var taken = mail;
            mail = new ArrayList<>();
            requests = 0;
            requestBytes = 0;
            if (frameBytes >= mostBytes) {
                emptied.signalAll();
            }
            frameBytes = 0;
            return taken;
        } finally {
            lock.unlock();
        }
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
