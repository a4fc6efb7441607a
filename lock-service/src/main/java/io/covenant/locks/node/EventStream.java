package io.covenant.locks.node;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Namespace;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens, for one reader: either of one session or about names with a prefix.
///
/// It holds a bounded number of events. A reader who lets it fill up is cut off, and nobody waits for him.
///
/// A place in it is an epoch and an index, packed as a [Token] packs them: an index of before a restore says nothing
/// after it.
public final class EventStream implements AutoCloseable {

    /// One thing to tell.
    public sealed interface Item {

        /// The stream tells what comes after this place.
        record Begun(long place) implements Item {}

        /// @param last of those of its place, so that a reader may resume after it
        record Happened(Event event, long place, boolean last) implements Item {}

        /// Another node leads, as far as this node knows; null while none does.
        record Leader(@Nullable URI api) implements Item {}

        /// What happened up to this place is not told: look, and go on from here.
        record Compacted(long place) implements Item {}
    }

    private final long session;
    private final String prefix;
    private final String principal;
    private final boolean terse;
    private final long after;
    private final int most;
    private final Consumer<EventStream> onClose;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private boolean closed;
    private boolean overflowed;
    private boolean gone;

    /// @param principal who reads it, where it is not a session's
    /// @param terse     without what the session hears as the answers to its requests
    EventStream(
            long session,
            String prefix,
            String principal,
            boolean terse,
            long after,
            int most,
            Consumer<EventStream> onClose) {
        this.session = session;
        this.prefix = prefix;
        this.principal = principal;
        this.terse = terse;
        this.after = after;
        this.most = most;
        this.onClose = onClose;
    }

    /// The place up to which the reader knows everything; negative for now.
    long after() {
        return after;
    }

    String prefix() {
        return prefix;
    }

    /// 0 when it is not a session's.
    long session() {
        return session;
    }

    /// @param now the state, whose access lists say who may hear of a file
    boolean wants(Event event, Namespace now) {
        return session != 0
                ? event.session() == session && !(terse && isAnswered(event))
                : !event.name().isEmpty() && event.name().startsWith(prefix) && mayHear(event, now);
    }

    private boolean mayHear(Event event, Namespace now) {
        return !(event instanceof Event.FileChanged changed) || now.mayHear(changed, principal);
    }

    private static boolean isAnswered(Event event) {
        return event instanceof Event.Granted
                || (event instanceof Event.Released(var _, var _, var _, var _, var cause)
                        && (cause == Event.Cause.RELEASED || cause == Event.Cause.CANCELLED));
    }

    /// What is given at the beginning counts towards no bound.
    void begin(List<Item> backlog) {
        lock.lock();
        try {
            items.addAll(backlog);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Called by the node's threads; never waits.
    void offer(List<Item> more) {
        lock.lock();
        try {
            if (closed || isKnown(more)) {
                return;
            }
            if (items.size() + more.size() > most) {
                overflowed = true;
                closed = true;
                items.clear();
            } else {
                items.addAll(more);
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Who resumes may know more than a node that is behind.
    private boolean isKnown(List<Item> more) {
        return switch (more.getFirst()) {
            case Item.Happened(var _, var place, var _) -> place <= after;
            case Item.Compacted(var place) -> place <= after;
            case Item.Begun _, Item.Leader _ -> false;
        };
    }

    /// The next things to tell.
    ///
    /// @return nothing when nothing happened for so long
    public List<Item> take(Duration patience) throws InterruptedException {
        long nanos = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (items.isEmpty() && !closed && nanos > 0) {
                nanos = filled.awaitNanos(nanos);
            }
            var taken = List.copyOf(items);
            items.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Whether nothing will come any more; what is in there may still be taken.
    public boolean isClosed() {
        lock.lock();
        try {
            return closed && items.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Whether its reader was cut off.
    public boolean isOverflowed() {
        lock.lock();
        try {
            return overflowed;
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more gets in.
    void end() {
        lock.lock();
        try {
            closed = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Whether its reader has left.
    boolean isGone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        end();
        lock.lock();
        try {
            if (gone) {
                return;
            }
            gone = true;
        } finally {
            lock.unlock();
        }
        onClose.accept(this);
    }
}
