package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Mode;
import io.covenant.simulation.Node;
import io.covenant.simulation.history.FencedLock;
import io.covenant.simulation.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A client's session, and what the client believes to hold by it: nothing from the moment on when its own
/// clock, counted from when the last answered keep-alive was sent, says that the lease may be over.
final class Lease implements History.Lasting {

    /// What clocks may differ in rate, both ways, and some more.
    private static final double SURE = 0.9;

    record Held(Mode mode, long token) {}

    final long session;
    private final Node node;
    private final int incarnation;
    private final double rate;
    private final History history;
    private long ttlNanos;
    private final TreeMap<String, Held> held = new TreeMap<>();
    private final TreeSet<String> touched = new TreeSet<>();
    private final TreeSet<Long> open = new TreeSet<>();
    private final TreeSet<Long> cancelling = new TreeSet<>();
    private final List<Recorder<FencedLock.Input, FencedLock.Output>.Call> losses = new ArrayList<>();
    private long lastSeq;
    private long deadline;
    private boolean inJeopardy;
    private boolean given;
    private boolean gone;

    /// Of the group, which a restore ends.
    private final int life;

    /// @param sent when it was asked for, by its own clock
    Lease(Node node, double rate, long session, Duration ttl, long sent, SimulatedCluster cluster) {
        this(node, rate, session, sent + (long) (ttl.toNanos() * SURE), cluster);
        ttlNanos = ttl.toNanos();
    }

    /// Of a client that counts by itself.
    Lease(Node node, double rate, long session, long deadline, SimulatedCluster cluster) {
        this.life = cluster.life();
        this.node = node;
        this.incarnation = node.incarnation();
        this.rate = rate;
        this.session = session;
        this.deadline = deadline;
        this.history = cluster.history();
        watch();
    }

    String holder() {
        return "session " + session;
    }

    private long nanos() {
        return (long) (node.world().elapsed().toNanos() * rate);
    }

    void renewed(long sent) {
        until(sent + (long) (ttlNanos * SURE));
    }

    /// It may count on it so long.
    void until(long later) {
        if (gone && !given && later > nanos()) {
            throw new AssertionError(holder() + " has ended, and its client is told that it lives");
        }
        deadline = Math.max(deadline, later);
        if (inJeopardy && !given && !gone && nanos() < deadline) {
            inJeopardy = false;
            history.count(Seen.SAVED);
            losses.forEach(Recorder.Call::neverHappened);
            losses.clear();
            watch();
        }
    }

    /// Looks when it may be over, whether or not its client lives and is awake.
    private void watch() {
        var left = (long) ((deadline - nanos()) / rate);
        node.world().in(Duration.ofNanos(Math.max(0, left)).plus(Duration.ofNanos(1000)), () -> {
            if (gone || given) {
                return;
            }
            if (nanos() < deadline) {
                watch();
            } else {
                inJeopardy = true;
                history.count(Seen.JEOPARDY);
                lose();
            }
        });
    }

    /// From here on the service may take away what this session has.
    private void lose() {
        touched.forEach(this::lose);
    }

    private void lose(String name) {
        losses.add(history.locks.invoke(holder(), new FencedLock.Input.Lose(part(name), holder())));
    }

    /// Histories of different lives are judged each by itself.
    String part(String name) {
        return life == 0 ? name : name + " after " + life + " restores";
    }

    /// Its client ends it.
    void giveBack() {
        if (!inJeopardy) {
            lose();
        }
        given = true;
        held.clear();
    }

    /// Its client gives it up, whatever becomes of it.
    void forget() {
        held.clear();
    }

    @Override
    public boolean isValid() {
        return !given && node.up() && node.incarnation() == incarnation && nanos() < deadline;
    }

    @Override
    public boolean counts(String name, long token) {
        var had = held.get(name);
        return had != null && had.token() == token && !gone && isValid();
    }

    /// Whether all that was asked by it is answered.
    boolean settledAll() {
        return open.isEmpty() && cancelling.isEmpty();
    }

    @Override
    public void ended(Event.Cause cause) {
        gone = true;
        if (cause == Event.Cause.SESSION_CLOSED) {
            history.count(Seen.CLOSE);
        }
        losses.forEach(loss -> loss.answered(new FencedLock.Output.Lost()));
        losses.clear();
    }

    boolean gone() {
        return gone;
    }

    long next() {
        open.add(++lastSeq);
        return lastSeq;
    }

    void settled(long seq) {
        if (!cancelling.contains(seq)) {
            open.remove(seq);
        }
    }

    /// Its answer is not acknowledged, whatever comes, until the cancel is answered, which looks for it.
    void cancels(long seq) {
        cancelling.add(seq);
    }

    void cancelled(long seq) {
        cancelling.remove(seq);
        open.remove(seq);
    }

    long ackUpTo() {
        return open.isEmpty() ? lastSeq : open.first() - 1;
    }

    void touches(String name) {
        if (touched.add(name) && inJeopardy) {
            lose(name);
        }
    }

    void holds(String name, Held what) {
        if (!gone && !given) {
            held.put(name, what);
        }
    }

    void lets(String name) {
        held.remove(name);
    }

    Map<String, Held> held() {
        return held;
    }

    @Override
    public String toString() {
        return holder();
    }
}
