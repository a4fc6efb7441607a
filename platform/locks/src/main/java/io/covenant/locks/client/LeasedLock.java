package io.covenant.locks.client;

import io.covenant.locks.session.Moment;
import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Locks that are held, for as long as the session's lease lasts and until they are released.
///
/// [#isValid] is no protection: this process may be stopped right after it said yes. What protects is the [#token],
/// when the resource refuses an older one.
///
/// Any thread may release it; it belongs to the strand that acquired it.
public final class LeasedLock implements AutoCloseable {

    private final Session session;
    private final long strand;
    private final List<Grant> grants;
    private final List<Consumer<String>> lossListeners = new ArrayList<>();
    private final List<Runnable> contentionListeners = new ArrayList<>();
    private boolean released;
    private @Nullable String lostWhy;

    LeasedLock(Session session, long strand, List<Grant> grants) {
        this.session = session;
        this.strand = strand;
        this.grants = grants;
    }

    long strand() {
        return strand;
    }

    List<Grant> grants() {
        return grants;
    }

    public List<String> names() {
        return grants.stream().map(Grant::name).toList();
    }

    /// Shown to the resource with every write: every grant of a name has a higher one than all before it. Of several
    /// names this is the highest of their tokens, so it must be shown for all of them or for none.
    public long token() {
        return grants.stream().mapToLong(Grant::token).max().orElseThrow();
    }

    public long token(String name) {
        return grant(name).token();
    }

    /// Tells others which lock is held, how, and since which grant; the service verifies it.
    public String sequencer() {
        return grants.getFirst().sequencer();
    }

    public String sequencer(String name) {
        return grant(name).sequencer();
    }

    /// How often this strand holds the first of the names, as of this grant.
    public int holds() {
        return grants.getFirst().holds();
    }

    /// The session that holds it.
    public long session() {
        return session.id();
    }

    /// Whether it is held, by this client's own clocks.
    public boolean isValid() {
        synchronized (this) {
            if (released || lostWhy != null) {
                return false;
            }
        }
        return session.covers(session.now());
    }

    /// Whether it was lost for good: its session ended, or an operator took it. A lock in jeopardy is not lost yet.
    public boolean isLost() {
        synchronized (this) {
            if (released || lostWhy != null) {
                return lostWhy != null;
            }
        }
        return session.state().ended();
    }

    /// For how long it is held even if the service is never heard of again; 0 when it is not.
    public long remainingMillis() {
        Moment now = session.now();
        synchronized (this) {
            return released || lostWhy != null ? 0 : session.lease().remainingMillis(now);
        }
    }

    /// @throws LockLostException unless it [is valid][#isValid]
    public void requireValid() {
        if (!isValid()) {
            throw new LockLostException("%s is not held for certain: %s".formatted(names(), why()));
        }
    }

    /// Calls this once when it is lost: its session ended, or an operator took it. At once when that has happened.
    public LeasedLock onLost(Consumer<String> listener) {
        String lost;
        synchronized (this) {
            lost = lostWhy;
            if (lost == null) {
                lossListeners.add(listener);
            }
        }
        if (lost != null) {
            listener.accept(lost);
        }
        return this;
    }

    /// Calls this when somebody begins to wait for it.
    public synchronized LeasedLock onContended(Runnable listener) {
        contentionListeners.add(listener);
        return this;
    }

    /// Gives it back. While no node answers it waits for some seconds; the client goes on trying after that.
    ///
    /// @throws LockLostException if it was not held any more: what was done meanwhile may have collided
    public void release() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        session.forget(this);
        Map<Long, List<String>> byToken = new TreeMap<>();
        for (var grant : grants) {
            byToken.computeIfAbsent(grant.token(), _ -> new ArrayList<>()).add(grant.name());
        }
        LockLostException gone = null;
        for (var same : byToken.entrySet()) {
            try {
                session.release(new Operation.Release(strand, same.getValue(), same.getKey()));
            } catch (LockLostException e) {
                gone = e;
            }
        }
        if (gone != null) {
            throw gone;
        }
        var lost = lostWhy();
        if (lost != null) {
            throw new LockLostException("%s was lost before it was released: %s".formatted(names(), lost));
        }
    }

    @Override
    public void close() {
        release();
    }

    @Override
    public String toString() {
        return "%s with token %d%s".formatted(names(), token(), isValid() ? "" : ", not valid");
    }

    /// @return whether it was not known
    boolean lose(String why) {
        List<Consumer<String>> listeners;
        synchronized (this) {
            if (lostWhy != null || released) {
                return false;
            }
            lostWhy = why;
            listeners = List.copyOf(lossListeners);
        }
        listeners.forEach(listener -> listener.accept(why));
        return true;
    }

    synchronized boolean caresForContention() {
        return !contentionListeners.isEmpty();
    }

    void contended() {
        List<Runnable> listeners;
        synchronized (this) {
            listeners = List.copyOf(contentionListeners);
        }
        listeners.forEach(Runnable::run);
    }

    boolean covers(String name, long token) {
        return grants.stream().anyMatch(grant -> grant.name().equals(name) && grant.token() == token);
    }

    private synchronized @Nullable String lostWhy() {
        return lostWhy;
    }

    private synchronized String why() {
        return lostWhy != null ? lostWhy : released ? "it was released" : session.describe();
    }

    private Grant grant(String name) {
        return grants.stream()
                .filter(grant -> grant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is not among " + names()));
    }
}
