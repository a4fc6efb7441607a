package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.CommandCodec;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import io.covenant.locks.primary.Lease.KeepAlive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Keep-alives, from when they come until they are answered: after a round to a majority, or, the first of a
/// session that an election gave time to, after an entry.
final class Renewals {

    private final PrimarySettings settings;
    private final Tenure tenure;
    private final Leases leases;
    private final Checkpoints checkpoints;

    /// Those that came before this node was armed.
    private final List<KeepAlive> early = new ArrayList<>();

    /// Those whose session is looked up, by ticket.
    private final Map<Long, KeepAlive> unknown = new HashMap<>();

    /// Those whose leadership round has not begun.
    private List<KeepAlive> gathered = new ArrayList<>();

    private final TreeMap<Long, List<KeepAlive>> rounds = new TreeMap<>();

    /// Those that wait for an entry that has not been proposed.
    private List<KeepAlive> unlogged = new ArrayList<>();

    /// Those that wait for the entry that is.
    private List<KeepAlive> inLog = List.of();

    private boolean logging;
    private long nextRound;
    private long lastRound;
    private long renewed;

    Renewals(PrimarySettings settings, Tenure tenure, Leases leases, Checkpoints checkpoints) {
        this.settings = settings;
        this.tenure = tenure;
        this.leases = leases;
        this.checkpoints = checkpoints;
    }

    void renew(KeepAlive keepAlive) {
        if (!tenure.leads()) {
            tenure.tellNotPrimary(keepAlive.ticket());
            return;
        }
        if (!tenure.armed()) {
            if (early.size() < settings.waiting()) {
                early.add(keepAlive);
            } else {
                tenure.tell(keepAlive.ticket(), new Answer.Overloaded());
            }
            return;
        }
        var lease = leases.find(keepAlive.session());
        if (lease == null) {
            unknown.put(keepAlive.ticket(), keepAlive);
            tenure.effect(new Effect.Find(keepAlive.ticket(), keepAlive.session()));
        } else if (lease.expiring) {
            lease.held.add(keepAlive);
        } else {
            renew(lease, keepAlive);
        }
    }

    void renew(Lease lease, KeepAlive keepAlive) {
        leases.renew(lease, tenure.now());
        renewed++;
        if (keepAlive.ackUpTo() > Math.max(lease.acked, lease.ackedInLog)) {
            lease.acked = keepAlive.ackUpTo();
            leases.acked().add(lease.session);
        }
        if (lease.extended) {
            unlogged.add(keepAlive);
        } else {
            gathered.add(keepAlive);
        }
    }

    void renewEarly() {
        var waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::renew);
    }

    void found(Input.Found found) {
        var keepAlive = unknown.remove(found.ticket());
        if (keepAlive == null) {
            return;
        }
        switch (found.standing()) {
            case Standing.Leads _ -> {
                if (!found.known()) {
                    tellEnded(keepAlive, found.index());
                } else if (tenure.leads() && tenure.armed() && leases.find(keepAlive.session()) == null) {
                    // Known to a later primary only: this one is not any more, and will hear so.
                    tenure.tell(keepAlive.ticket(), new Answer.Overloaded());
                } else {
                    renew(keepAlive);
                }
            }
            case Standing.NotLeader(var other) -> tenure.tell(keepAlive.ticket(), new Answer.NotPrimary(other));
            case Standing.Overloaded _ -> tenure.tell(keepAlive.ticket(), new Answer.Overloaded());
        }
    }

    // ---- by a round

    void beginRound() {
        if (!gathered.isEmpty() && rounds.isEmpty() && tenure.now() >= nextRound) {
            nextRound = tenure.now() + settings.gather().toNanos();
            rounds.put(++lastRound, gathered);
            gathered = new ArrayList<>();
            tenure.effect(new Effect.Confirm(lastRound));
        }
    }

    void confirmed(long round, Standing standing) {
        var waiting = rounds.remove(round);
        if (waiting == null) {
            return;
        }
        switch (standing) {
            case Standing.Leads(var confirmed) -> {
                if (confirmed == tenure.term() && tenure.armed()) {
                    waiting.forEach(this::tellRenewed);
                } else {
                    waiting.forEach(keepAlive -> tenure.tellNotPrimary(keepAlive.ticket()));
                }
            }
            case Standing.NotLeader(var other) -> tellAll(waiting, new Answer.NotPrimary(other));
            case Standing.Overloaded _ -> tellAll(waiting, new Answer.Overloaded());
        }
    }

    // ---- by an entry

    /// One for all sessions whose first renewal has come since the last.
    void logFirst() {
        if (logging || unlogged.isEmpty()) {
            return;
        }
        var sessions = new LinkedHashSet<Long>();
        int upTo = 0;
        while (upTo < unlogged.size() && sessions.size() < CommandCodec.MOST_LEASES) {
            sessions.add(unlogged.get(upTo++).session());
        }
        inLog = List.copyOf(unlogged.subList(0, upTo));
        unlogged.subList(0, upTo).clear();
        logging = true;
        var noted = checkpoints.note(sessions);
        tenure.propose(new Command.LeaseCheckpoint(noted), fate -> logged(noted, fate));
    }

    private void logged(List<Command.Lease> noted, Fate fate) {
        logging = false;
        var waiting = inLog;
        inLog = List.of();
        switch (fate) {
            case Fate.Done(var _, var _) -> {
                noted.forEach(this::noted);
                waiting.forEach(this::tellRenewed);
            }
            case Fate.NotLeader(var other) -> tellAll(waiting, new Answer.NotPrimary(other));
            case Fate.Overloaded _ -> tellAll(waiting, new Answer.Overloaded());
            case Fate.Unknown _ -> tellAll(waiting, new Answer.NotPrimary(null));
        }
    }

    private void noted(Command.Lease noted) {
        var lease = leases.find(noted.session());
        if (lease != null) {
            leases.noted(lease, noted.renewSeq());
        }
    }

    // ---- their answers

    /// The session may have ended since the keep-alive came, by its client's own wish.
    private void tellRenewed(KeepAlive keepAlive) {
        var lease = leases.find(keepAlive.session());
        tenure.tell(
                keepAlive.ticket(),
                lease == null
                        ? new Answer.Replied(0, new Reply.NoSuchSession(keepAlive.session()), 0)
                        : new Answer.Renewed(tenure.millisUntil(lease.end)));
    }

    void tellEnded(KeepAlive keepAlive, long index) {
        tenure.tell(keepAlive.ticket(), new Answer.Replied(index, new Reply.NoSuchSession(keepAlive.session()), 0));
    }

    private void tellAll(List<KeepAlive> keepAlives, Answer answer) {
        keepAlives.forEach(keepAlive -> tenure.tell(keepAlive.ticket(), answer));
    }

    // ---- for the whole

    /// When the next round may begin that some wait for.
    long next() {
        return !gathered.isEmpty() && rounds.isEmpty() ? nextRound : Tenure.NEVER;
    }

    /// Since the process began.
    long renewed() {
        return renewed;
    }

    void stepDown() {
        var waiting = new ArrayList<KeepAlive>(early);
        rounds.values().forEach(waiting::addAll);
        waiting.addAll(gathered);
        waiting.addAll(unlogged);
        waiting.addAll(inLog);
        waiting.addAll(leases.held());
        waiting.addAll(unknown.values());
        waiting.stream().mapToLong(KeepAlive::ticket).sorted().forEach(tenure::tellNotPrimary);
        early.clear();
        rounds.clear();
        gathered = new ArrayList<>();
        unlogged = new ArrayList<>();
        inLog = List.of();
        unknown.clear();
        logging = false;
    }
}
