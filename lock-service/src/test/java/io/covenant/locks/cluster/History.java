package io.covenant.locks.cluster;

import io.covenant.consensus.raft.Entry;
import io.covenant.consensus.raft.NodeId;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Mode;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Token;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.simulation.history.FencedLock;
import io.covenant.simulation.history.Linearizability;
import io.covenant.simulation.history.LockRules;
import io.covenant.simulation.history.Recorder;
import io.covenant.simulation.history.Turn;
import io.covenant.simulation.history.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// Sees everything that happens in a cluster, and says so at once when something must not.
final class History {

    private static final int DIGEST_EACH = 32;

    private record Place(long index, long term) {}

    private record Written(Entry entry, long previousTerm) {}

    /// @param in the term of whoever knew of it first
    private record Committed(Entry entry, long in) {}

    private record Highest(long token, Mode mode) {}

    private final World world;
    private final Tally<Seen> tally;
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Place, Written> written = new HashMap<>();
    private final List<Committed> committed = new ArrayList<>();
    private final Map<Long, Result> results = new HashMap<>();
    private final Map<Long, String> digests = new HashMap<>();
    private final Map<String, Highest> tokens = new HashMap<>();
    private final Map<Long, Event.Cause> ended = new HashMap<>();
    private final Map<Long, Lasting> sessions = new HashMap<>();
    private final List<Turn> turns = new ArrayList<>();
    private boolean expiryIsWrong;
    private int life;

    final Recorder<FencedLock.Input, FencedLock.Output> locks;
    final Recorder<Files.Input, Files.Output> files;

    /// Whoever works with a session.
    interface Lasting {

        /// Whether it relies on holding this, by its own clock.
        boolean counts(String name, long token);

        /// Whether its own clock says that the lease still runs, also while it sleeps.
        boolean isValid();

        void ended(Event.Cause cause);
    }

    History(World world, Tally<Seen> tally) {
        this.world = world;
        this.tally = tally;
        this.locks = Recorder.timedBy(this::micros);
        this.files = Recorder.timedBy(this::micros);
    }

    private long micros() {
        return world.elapsed().toNanos() / 1000;
    }

    void count(Seen what) {
        tally.count(what);
    }

    /// From now on whoever loses a session loses it to a fail-over alone.
    void nobodyMayExpire() {
        expiryIsWrong = true;
    }

    // ---- the log

    void elected(NodeId leader, long term, SortedMap<Long, Entry> log, long snapshotIndex) {
        count(Seen.ELECTION);
        var other = leaders.putIfAbsent(term, leader);
        if (other != null && !other.equals(leader)) {
            throw new AssertionError("%s and %s lead in term %d".formatted(other, leader, term));
        }
        for (var index = Math.max(0, snapshotIndex); index < committed.size(); index++) {
            var entry = committed.get(Math.toIntExact(index)).entry();
            var before = committed.get(Math.toIntExact(index)).in() < term;
            if (before && !entry.equals(log.get(entry.index()))) {
                throw new AssertionError("%s leads in term %d without %s, which is committed; it has %s"
                        .formatted(leader, term, entry, log.get(entry.index())));
            }
        }
    }

    void written(NodeId node, List<Entry> entries, long previousTerm) {
        var previous = previousTerm;
        for (var entry : entries) {
            var mine = new Written(entry, previous);
            var other = written.putIfAbsent(new Place(entry.index(), entry.term()), mine);
            if (other != null && !other.equals(mine)) {
                throw new AssertionError("%s writes %s, elsewhere it is %s".formatted(node, mine, other));
            }
            previous = entry.term();
        }
    }

    void commits(NodeId node, Entry entry, long term) {
        if (entry.index() == committed.size() + 1L) {
            committed.add(new Committed(entry, term));
        } else if (entry.index() > committed.size()
                || !committed.get(Math.toIntExact(entry.index() - 1)).entry().equals(entry)) {
            throw new AssertionError("%s commits %s where others committed something else".formatted(node, entry));
        }
    }

    // ---- the state

    void applied(NodeId node, Result result, Namespace state) {
        var other = results.putIfAbsent(result.index(), result);
        if (other == null) {
            first(result);
        } else if (!other.equals(result)) {
            throw new AssertionError("%s comes to %s, others came to %s".formatted(node, result, other));
        }
        if (result.index() % DIGEST_EACH == 0) {
            requireEqual(node, result.index(), state);
        }
    }

    void requireEqual(NodeId node, long index, Namespace state) {
        var digest = state.fork().digest();
        var other = digests.putIfAbsent(index, digest);
        if (other != null && !other.equals(digest)) {
            throw new AssertionError("%s has another state than others after entry %d".formatted(node, index));
        }
    }

    private void first(Result result) {
        for (var event : result.events()) {
            switch (event) {
                case Event.Granted(var _, var _, var _, var name, var mode, var token) -> rises(name, mode, token);
                case Event.SessionEnded(var _, var session, var cause) -> ended(session, cause);
                case Event.Released(var _, var session, var name, var token, var cause) ->
                    released(session, name, token, cause);
                case Event.Settled _, Event.Contended _, Event.SessionOpened _, Event.FileChanged _ -> {}
            }
        }
    }

    private void released(long session, String name, long token, Event.Cause cause) {
        var client = sessions.get(session);
        if (client != null && client.counts(name, token)) {
            throw new AssertionError("session %d counts on %s with token %d, which is taken from it: %s"
                    .formatted(session, name, token, cause));
        }
    }

    private void rises(String name, Mode mode, long token) {
        if (Token.epoch(token) < life) {
            // Of an entry that was under way at the backup: nobody is told of it any more.
            return;
        }
        var highest = tokens.put(name, new Highest(token, mode));
        if (highest != null
                && (token < highest.token()
                        || (token == highest.token() && (mode != Mode.SHARED || highest.mode() != Mode.SHARED)))) {
            throw new AssertionError("%s is granted with token %d after %d".formatted(name, token, highest.token()));
        }
    }

    private void ended(long session, Event.Cause cause) {
        ended.put(session, cause);
        if (cause == Event.Cause.SESSION_EXPIRED) {
            count(Seen.EXPIRY);
        }
        var client = sessions.remove(session);
        if (client != null) {
            if (cause == Event.Cause.SESSION_EXPIRED && expiryIsWrong) {
                throw new AssertionError("session %d is lost to a fail-over alone".formatted(session));
            }
            if (cause == Event.Cause.SESSION_EXPIRED && client.isValid()) {
                throw new AssertionError(
                        "session %d expires while its client counts on it by its own clock".formatted(session));
            }
            client.ended(cause);
        }
    }

    // ---- clients

    /// A client takes this session for its own from now on.
    void begins(long session, Lasting client) {
        var cause = ended.get(session);
        if (cause == null) {
            sessions.put(session, client);
        } else {
            client.ended(cause);
        }
    }

    /// What is told to clients was committed before.
    void acknowledges(long index, Reply reply) {
        if (index > committed.size()) {
            throw new AssertionError(
                    "%s is told of entry %d, and %d are committed".formatted(reply, index, committed.size()));
        }
        if (reply instanceof Reply.Granted(var grants)) {
            for (var grant : grants) {
                if (Token.epoch(grant.token()) != life) {
                    throw new AssertionError("%s is told after %d restores".formatted(grant, life));
                }
                var highest = Objects.requireNonNull(tokens.get(grant.name()), grant.name());
                if (grant.token() > highest.token()) {
                    throw new AssertionError("%s was never granted".formatted(grant));
                }
            }
        }
    }

    void turn(Turn turn) {
        turns.add(turn);
    }

    // ---- streams

    private List<Event> under(String prefix, long index) {
        var result = results.get(index);
        return result == null
                ? List.of()
                : result.events().stream()
                        .filter(event -> !event.name().isEmpty() && event.name().startsWith(prefix))
                        .toList();
    }

    /// A reader who knows all up to an index hears these of another.
    void heard(String who, String prefix, long known, long index, List<Event> events) {
        if (index <= known) {
            throw new AssertionError("%s hears of %d, and knows all up to %d".formatted(who, index, known));
        }
        for (var between = known + 1; between < index; between++) {
            if (!under(prefix, between).isEmpty()) {
                throw new AssertionError("%s knows all up to %d, hears of %d, and never of %s"
                        .formatted(who, known, index, under(prefix, between)));
            }
        }
        if (!events.equals(under(prefix, index))) {
            throw new AssertionError(
                    "%s hears %s of %d, which is %s".formatted(who, events, index, under(prefix, index)));
        }
        count(Seen.STREAM_EVENT);
    }

    boolean nothingAfter(long index, String prefix) {
        for (var later = index + 1; later <= committed.size(); later++) {
            if (!under(prefix, later).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    // ---- a restore

    /// What is known at the moment of a backup.
    record Backup(
            int committed,
            Map<Long, NodeId> leaders,
            Map<Place, Written> written,
            Map<Long, Result> results,
            Map<Long, String> digests) {}

    Backup backup() {
        return new Backup(
                committed.size(), Map.copyOf(leaders), Map.copyOf(written), Map.copyOf(results), Map.copyOf(digests));
    }

    /// Whatever came after the backup never was. Tokens must rise all the same, and no session lives on.
    void restored(Backup to) {
        count(Seen.RESTORED);
        life++;
        committed.subList(to.committed(), committed.size()).clear();
        replace(leaders, to.leaders());
        replace(written, to.written());
        replace(results, to.results());
        replace(digests, to.digests());
        var clients = List.copyOf(sessions.values());
        sessions.clear();
        for (var client : clients) {
            if (client.isValid()) {
                throw new AssertionError(client + " counts on its lease, and the story of the restore is wrong");
            }
            client.ended(Event.Cause.EPOCH_RAISED);
        }
    }

    private static <K, V> void replace(Map<K, V> some, Map<K, V> others) {
        some.clear();
        some.putAll(others);
    }

    void requireOrder() {
        require(LockRules.firstComeFirstServed(turns));
        require(LockRules.tokensRise(FencedLock.grants(locks.history())));
        Linearizability.of(new FencedLock()).rememberingAtMost(200_000).require(locks.history());
        Linearizability.of(new Files()).rememberingAtMost(200_000).require(files.history());
    }

    private static void require(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw new AssertionError(violations);
        }
    }

    long committedIndex() {
        return committed.size();
    }

    /// For a log of entries by index.
    static SortedMap<Long, Entry> emptyLog() {
        return new TreeMap<>();
    }
}
