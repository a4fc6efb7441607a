package io.covenant.consensus.raft;

import io.covenant.simulation.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// All that happened in a world, and what of it must not: told at once when it happens, so every rule is
/// checked after every event.
final class History {

    private record Place(long index, long term) {}

    private record Written(Payload payload, long timeMillis, long previousTerm) {}

    /// @param machine after it
    /// @param inTerm  of whoever first knew it to be committed
    private record Committed(Machine machine, long inTerm) {}

    /// What a client may rely on when it asks.
    private record Floor(long acknowledged, long electedTerm) {}

    private final Tally<Event> tally;
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Place, Written> written = new HashMap<>();
    private final List<Committed> committed = new ArrayList<>();
    private final Map<Long, Floor> asked = new HashMap<>();
    private long acknowledged;
    private long electedTerm;

    History(Tally<Event> tally) {
        this.tally = tally;
        committed.add(new Committed(Machine.NEW, 0));
    }

    void count(Event event) {
        tally.count(event);
    }

    /// One leader for each term, and it has all that was committed in the terms before.
    void elected(NodeId node, long term, RaftLog log) {
        count(Event.ELECTION);
        electedTerm = Math.max(electedTerm, term);
        var other = leaders.putIfAbsent(term, node);
        if (other != null) {
            throw new AssertionError("term " + term + " has two leaders: " + other + " and " + node);
        }
        for (var index = (int) log.base() + 1; index < committed.size(); index++) {
            var entry = committed.get(index);
            if (entry.inTerm() < term && log.termAt(index) != entry.machine().term()) {
                throw new AssertionError("%s leads term %d and lacks entry %d of term %d, committed in term %d"
                        .formatted(node, term, index, entry.machine().term(), entry.inTerm()));
            }
        }
    }

    /// Two logs that have an entry of the same index and term are the same up to there.
    void written(NodeId node, List<Entry> entries, long previousTerm) {
        var before = previousTerm;
        for (var entry : entries) {
            var mine = new Written(entry.payload(), entry.timeMillis(), before);
            var other = written.putIfAbsent(new Place(entry.index(), entry.term()), mine);
            if (other != null && !other.equals(mine)) {
                throw new AssertionError("logs do not match at %d: %s has %s, elsewhere it is %s"
                        .formatted(entry.index(), node, mine, other));
            }
            before = entry.term();
        }
    }

    /// States at the same index are the same, and what was committed once stays.
    void applied(NodeId node, Machine machine, long inTerm) {
        var index = (int) machine.index();
        if (index == committed.size()) {
            committed.add(new Committed(machine, inTerm));
        } else if (index > committed.size()) {
            throw new AssertionError(node + " is at " + index + ", nobody else at more than " + (committed.size() - 1));
        } else if (!committed.get(index).machine().equals(machine)) {
            throw new AssertionError("states differ at %d: %s has %s, elsewhere it was %s"
                    .formatted(index, node, machine, committed.get(index).machine()));
        }
    }

    void asks(long operation) {
        asked.put(operation, new Floor(acknowledged, electedTerm));
    }

    /// A write is acknowledged, so it is for ever.
    void acknowledges(long index, long term) {
        count(Event.WRITE);
        if (committed.get((int) index).machine().term() != term) {
            throw new AssertionError("a write at " + index + " of term " + term + " is acknowledged, and is not there");
        }
        acknowledged = Math.max(acknowledged, index);
    }

    /// A read sees every write that was acknowledged before it began.
    void reads(long operation, long index) {
        count(Event.READ);
        var floor = Objects.requireNonNull(asked.get(operation)).acknowledged();
        if (index < floor) {
            throw new AssertionError(
                    "read " + operation + " sees only " + index + ", " + floor + " was acknowledged before it began");
        }
    }

    /// No newer leader had been elected when a leader was asked whether it is one.
    void confirms(long operation, long term) {
        var floor = Objects.requireNonNull(asked.get(operation)).electedTerm();
        if (term < floor) {
            throw new AssertionError("operation " + operation + " is confirmed by the leader of term " + term
                    + ", that of " + floor + " had been elected before it began");
        }
    }

    long committedIndex() {
        return committed.size() - 1L;
    }
}
