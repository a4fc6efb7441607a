package io.covenant.locks.primary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The leases of all sessions, and which of them ends next.
///
/// A renewal moves no place in the order: a lease is looked at when it would have ended, and put back when it
/// was renewed meanwhile.
final class Leases {

    private record Look(long at, long session) implements Comparable<Look> {
        @Override
        public int compareTo(Look other) {
            var byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(session, other.session);
        }
    }

    private final Map<Long, Lease> leases = new HashMap<>();
    private final PriorityQueue<Look> order = new PriorityQueue<>();
    private final SequencedSet<Long> renewed = new LinkedHashSet<>();
    private final SequencedSet<Long> acked = new LinkedHashSet<>();
    private int extended;

    /// Sessions whose renewal the log does not know.
    SequencedSet<Long> renewed() {
        return renewed;
    }

    /// Sessions that acknowledged what the log may still remember.
    SequencedSet<Long> acked() {
        return acked;
    }

    int size() {
        return leases.size();
    }

    @Nullable
    Lease find(long session) {
        return leases.get(session);
    }

    void put(Lease lease) {
        leases.put(lease.session, lease);
        extended += lease.extended ? 1 : 0;
        order.add(new Look(lease.end, lease.session));
    }

    void renew(Lease lease, long now) {
        lease.renew(now);
        renewed.add(lease.session);
    }

    @Nullable
    Lease remove(long session) {
        renewed.remove(session);
        acked.remove(session);
        var lease = leases.remove(session);
        extended -= lease != null && lease.extended ? 1 : 0;
        return lease;
    }

    /// Whether an election gave time to some session that has not renewed its lease since.
    boolean someExtended() {
        return extended > 0;
    }

    /// Its renewal is in the log.
    void noted(Lease lease, long renewals) {
        extended -= lease.extended ? 1 : 0;
        lease.extended = false;
        if (lease.renewals == renewals) {
            renewed.remove(lease.session);
        }
    }

    /// Keep-alives whose session is being ended.
    List<Lease.KeepAlive> held() {
        var held = new ArrayList<Lease.KeepAlive>();
        leases.values().forEach(lease -> held.addAll(lease.held));
        return held;
    }

    /// All leases end later by this much.
    void prolong(long by) {
        leases.values().forEach(lease -> lease.end += by);
    }

    /// Looks at it again, not before this time.
    void lookAt(Lease lease, long at) {
        order.add(new Look(Math.max(at, lease.end), lease.session));
    }

    /// When the next one may end; no later than it does.
    long next() {
        var first = order.peek();
        return first == null ? Long.MAX_VALUE : first.at();
    }

    /// Those that are over. Each is given once, until [#lookAt].
    List<Lease> over(long now, int atMost) {
        var over = new ArrayList<Lease>();
        for (var first = order.peek(); first != null && first.at() <= now && over.size() < atMost; ) {
            order.remove();
            var lease = leases.get(first.session());
            if (lease != null && lease.end > now) {
                order.add(new Look(lease.end, lease.session));
            } else if (lease != null) {
                over.add(lease);
            }
            first = order.peek();
        }
        return over;
    }

    void clear() {
        leases.clear();
        order.clear();
        renewed.clear();
        acked.clear();
        extended = 0;
    }
}
