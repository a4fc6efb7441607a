package io.covenant.consensus.raft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One node's part in a group that agrees on a log.
///
/// Not thread-safe: one thread feeds it, with what happened since the last time and the time of now, and
/// performs the effects in their order. Several inputs at once are cheaper than one by one: entries are
/// written, sent, and committed together.
///
/// A role passes into the next in [Candidacy], [Leadership] and [Following], which hold what only that role
/// knows. All that is durable is term, vote, log and snapshots; the rest is made anew from them.
public final class Raft {

    private static final int MOST_HELD = 4_096;

    final NodeId self;
    final Settings settings;
    final Rules rules;
    final RaftLog log;
    final Membership membership;
    final Writes writes;

    private final long group;
    private final Lots lots;
    private final List<Envelope> held = new ArrayList<>();
    private List<Effect> effects = new ArrayList<>();
    private Moment now;

    /// Durable before anything is said: see [Rules#maySpeak].
    private long term;

    private @Nullable NodeId votedFor;

    private Snapshot snapshot;
    private long compactedTo;

    /// Never falls; found out anew after a restart.
    private long commitIndex;

    /// Given to the state machine, never above the commit index.
    private long delivered;

    /// The first entry that was not given to the disk.
    private long unwritten;

    private boolean resetDue;
    private long lastMillis;
    private Standing standing;
    private long leaderHeardAt;
    private long electionDeadline;
    private Effect.Became announced;

    /// Starts a node from what its disk holds. The first effects come with the first inputs.
    public Raft(NodeId self, Settings settings, Durable durable, Lots lots, Moment now) {
        this(self, settings, durable, lots, now, new Rules());
    }

    Raft(NodeId self, Settings settings, Durable durable, Lots lots, Moment now, Rules rules) {
        this.self = self;
        this.settings = settings;
        this.group = durable.group();
        this.lots = lots;
        this.rules = rules;
        this.now = now;
        this.snapshot = durable.snapshot();
        this.compactedTo = snapshot.index();
        this.commitIndex = snapshot.index();
        this.delivered = snapshot.index();
        this.log = new RaftLog(snapshot.index(), snapshot.term());
        this.membership = new Membership(snapshot);
        for (var entry : goingOn(durable)) {
            log.append(entry);
            membership.appended(entry);
            lastMillis = Math.max(lastMillis, entry.timeMillis());
        }
        this.unwritten = log.last() + 1;
        this.resetDue = log.last() == snapshot.index() && snapshot.index() > 0;
        this.writes = new Writes(durable.state(), log.last());
        this.term = durable.state().term();
        this.votedFor = durable.state().votedFor();
        if (term < log.lastTerm()) {
            // A snapshot may become durable before the term of the leader that sent it; nothing was said in it.
            this.term = log.lastTerm();
            this.votedFor = null;
        }
        // It may have heard a leader just before it stopped.
        this.leaderHeardAt = now.nanos();
        this.standing = new Following(this, null);
        this.announced = new Effect.Became(Role.FOLLOWER, term, null);
        restartElectionTimer();
    }

    /// The entries after the snapshot, if they go on from it.
    private List<Entry> goingOn(Durable durable) {
        var entries = durable.log();
        if (entries.isEmpty() || entries.getLast().index() <= snapshot.index()) {
            return List.of();
        }
        var skipped = snapshot.index() + 1 - entries.getFirst().index();
        if (skipped < 0) {
            throw new IllegalArgumentException("the log begins at %d, the snapshot ends at %d"
                    .formatted(entries.getFirst().index(), snapshot.index()));
        }
        if (skipped > 0 && !rules.goesOnAfter(entries.get((int) skipped - 1).term(), snapshot.term())) {
            return List.of();
        }
        return entries.subList((int) skipped, entries.size());
    }

    public List<Effect> on(Moment moment, Input input) {
        return on(moment, List.of(input));
    }

    /// What follows from these inputs, that all happen now.
    public List<Effect> on(Moment moment, List<Input> inputs) {
        now = moment;
        effects = new ArrayList<>();
        if (resetDue) {
            resetDue = false;
            effect(new Effect.Reset(writes.next(), snapshot));
        }
        for (var input : inputs) {
            hear(input);
        }
        settle();
        return effects;
    }

    /// When the next [Input.Tick] is due, by the monotonic clock.
    public long deadline() {
        return standing.deadline();
    }

    public Role role() {
        return standing.role();
    }

    public @Nullable NodeId leader() {
        return standing.leader();
    }

    public long term() {
        return term;
    }

    public long commitIndex() {
        return commitIndex;
    }

    public long lastIndex() {
        return log.last();
    }

    /// Who the members are by this node's log, committed or not.
    public Members members() {
        return membership.current();
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /// As of the last inputs.
    public Status status() {
        return new Status(
                role(),
                term,
                leader(),
                members(),
                log.last(),
                writes.durableIndex(),
                commitIndex,
                snapshot.index(),
                standing instanceof Leadership leadership ? leadership.followers() : List.of());
    }

    long compactedTo() {
        return compactedTo;
    }

    private void hear(Input input) {
        switch (input) {
            case Input.Tick _ -> standing.tick();
            case Input.Receive(var envelope) -> receive(envelope);
            case Input.Persisted(var write) -> writes.persisted(write);
            case Input.Propose(var ticket, var command) -> {
                if (standing instanceof Leadership leadership) {
                    leadership.propose(ticket, command);
                } else {
                    reply(ticket, new Answer.NotLeader(leader()));
                }
            }
            case Input.ConfirmLeadership(var ticket) -> {
                if (standing instanceof Leadership leadership) {
                    leadership.confirm(ticket);
                } else {
                    reply(ticket, new Answer.NotLeader(leader()));
                }
            }
            case Input.TransferLeadership(var ticket, var target) -> {
                if (standing instanceof Leadership leadership) {
                    leadership.transfer(ticket, target);
                } else {
                    reply(ticket, new Answer.NotLeader(leader()));
                }
            }
            case Input.ChangeMembers(var ticket, var change) -> {
                if (standing instanceof Leadership leadership) {
                    leadership.change(ticket, change);
                } else {
                    reply(ticket, new Answer.NotLeader(leader()));
                }
            }
            case Input.SnapshotTaken(var taken) -> taken(taken);
            case Input.SnapshotStored(var stored) -> stored(stored);
            case Input.SnapshotRead read -> {
                if (standing instanceof Leadership leadership) {
                    leadership.onSnapshotRead(read);
                }
            }
            case Input.Fetched(var follower, var entries) -> {
                if (standing instanceof Leadership leadership) {
                    leadership.onFetched(follower, entries);
                }
            }
        }
    }

    private void receive(Envelope envelope) {
        if (envelope.group() != group || !envelope.to().equals(self)) {
            return;
        }
        var from = envelope.from();
        switch (envelope.message()) {
            case Message.RequestVote request -> onRequestVote(from, request);
            case Message.Vote vote -> {
                if (!(vote.pre() && vote.granted())) {
                    heardOfTerm(vote.term());
                }
                if (standing instanceof Candidacy candidacy) {
                    candidacy.onVote(from, vote);
                }
            }
            case Message.Append append -> {
                if (append.term() < term) {
                    send(from, new Message.Outdated(term));
                } else {
                    followerOf(from, append.term()).onAppend(append);
                }
            }
            case Message.Chunk chunk -> {
                if (chunk.term() < term) {
                    send(from, new Message.Outdated(term));
                } else {
                    followerOf(from, chunk.term()).onChunk(chunk);
                }
            }
            case Message.Appended appended -> {
                var leadership = leads(appended.term());
                if (leadership != null) {
                    leadership.onAppended(from, appended);
                }
            }
            case Message.Mismatch mismatch -> {
                var leadership = leads(mismatch.term());
                if (leadership != null) {
                    leadership.onMismatch(from, mismatch);
                }
            }
            case Message.ChunkWanted wanted -> {
                var leadership = leads(wanted.term());
                if (leadership != null) {
                    leadership.onChunkWanted(from, wanted);
                }
            }
            case Message.TimeoutNow(var ofTerm) -> {
                heardOfTerm(ofTerm);
                if (ofTerm == term && standing instanceof Following && members().isVoter(self)) {
                    campaign(false, true);
                }
            }
            case Message.Outdated(var newTerm) -> heardOfTerm(newTerm);
        }
    }

    private void onRequestVote(NodeId from, Message.RequestVote request) {
        // Whoever remembers nothing of the group has nothing to judge by.
        if (!members().known()) {
            return;
        }
        if (rules.sticksToLeader(leaderIsLive(), request.handOver())) {
            send(from, new Message.Vote(term, request.pre(), false));
            return;
        }
        var complete = rules.isUpToDate(request.lastTerm(), request.lastIndex(), log);
        if (request.pre()) {
            var granted = request.term() > term && complete;
            send(from, new Message.Vote(granted ? request.term() : term, true, granted));
            return;
        }
        heardOfTerm(request.term());
        var granted = request.term() == term && complete && rules.mayVoteFor(votedFor, from);
        if (granted) {
            votedFor = from;
            restartElectionTimer();
        }
        send(from, new Message.Vote(term, false, granted));
    }

    private boolean leaderIsLive() {
        return standing instanceof Leadership || !since(leaderHeardAt, settings.electionTimeout());
    }

    private void heardOfTerm(long newTerm) {
        if (newTerm > term) {
            enter(newTerm, null);
            follow(null);
        }
    }

    private @Nullable Leadership leads(long ofTerm) {
        heardOfTerm(ofTerm);
        return ofTerm == term && standing instanceof Leadership leadership ? leadership : null;
    }

    private Following followerOf(NodeId leader, long ofTerm) {
        if (ofTerm > term) {
            enter(ofTerm, null);
        } else if (standing instanceof Leadership) {
            throw new IllegalStateException("two leaders in term " + term + ": " + self + " and " + leader);
        } else if (standing instanceof Following following && leader.equals(following.leader())) {
            return following;
        }
        var following = new Following(this, leader);
        stand(following);
        return following;
    }

    private void enter(long newTerm, @Nullable NodeId vote) {
        if (standing instanceof Leadership leadership) {
            leadership.end(true);
            standing = new Following(this, null);
            restartElectionTimer();
        }
        term = newTerm;
        votedFor = vote;
    }

    /// Follows this leader in this term, or waits for one.
    void follow(@Nullable NodeId leader) {
        stand(new Following(this, leader));
    }

    private void stand(Standing next) {
        if (standing instanceof Leadership leadership) {
            leadership.end(false);
            restartElectionTimer();
        }
        standing = next;
    }

    void heardLeader() {
        leaderHeardAt = now.nanos();
        restartElectionTimer();
    }

    long electionDeadline() {
        return electionDeadline;
    }

    private void restartElectionTimer() {
        var timeout = settings.electionTimeout().toNanos();
        electionDeadline = now.nanos() + timeout + lots.below(timeout);
    }

    void electWhenDue() {
        if (now.nanos() - electionDeadline < 0) {
            return;
        }
        if (mayStand()) {
            campaign(true, false);
        } else {
            restartElectionTimer();
        }
    }

    /// A voter may, and one whose removal is perhaps not committed: it may hold what nobody else does (thesis
    /// §4.2.2). It does not count its own vote then.
    private boolean mayStand() {
        if (members().isVoter(self)) {
            return true;
        }
        var changedAt = membership.changedAt();
        return changedAt > commitIndex && membership.at(changedAt - 1).isVoter(self);
    }

    /// Stands for election, or asks first whether that makes sense.
    void campaign(boolean pre, boolean handOver) {
        restartElectionTimer();
        if (!pre) {
            enter(term + 1, self);
        }
        stand(new Candidacy(this, pre, handOver));
    }

    void lead() {
        var leadership = new Leadership(this);
        stand(leadership);
        leadership.begin();
    }

    /// The wall clock, but never before the entry before.
    long entryMillis() {
        return Math.max(lastMillis, now.wallMillis());
    }

    void append(Entry entry) {
        log.append(entry);
        membership.appended(entry);
        lastMillis = Math.max(lastMillis, entry.timeMillis());
    }

    void truncateFrom(long index) {
        if (index <= delivered) {
            throw new IllegalStateException(
                    "entry " + index + " is committed up to " + delivered + " and would be overwritten");
        }
        log.truncateFrom(index);
        membership.truncatedFrom(index);
        writes.truncatedFrom(index);
        unwritten = Math.min(unwritten, index);
    }

    void commitTo(long index) {
        commitIndex = Math.max(commitIndex, index);
    }

    private void taken(Snapshot newer) {
        if (newer.index() <= snapshot.index() || newer.index() > delivered) {
            return;
        }
        snapshot = newer;
        membership.settledTo(newer.index());
        var upTo = newer.index() - settings.trailingEntries();
        if (upTo > compactedTo) {
            compactedTo = upTo;
            effect(new Effect.Compact(upTo));
        }
    }

    private void stored(Snapshot newer) {
        if (standing instanceof Leadership || !rules.isNews(newer.index(), commitIndex)) {
            return;
        }
        effect(new Effect.Restore(newer));
        var goesOn = rules.goesOnAfter(log.termAt(newer.index()), newer.term());
        snapshot = newer;
        commitIndex = newer.index();
        delivered = newer.index();
        if (goesOn) {
            membership.restored(newer);
        } else {
            log.reset(newer.index(), newer.term());
            membership.reset(newer);
            writes.truncatedFrom(newer.index() + 1);
            unwritten = newer.index() + 1;
            effect(new Effect.Reset(writes.next(), newer));
            compactedTo = newer.index();
        }
        writes.coveredTo(newer.index());
        if (standing instanceof Following following) {
            following.restored(newer);
        }
    }

    private void settle() {
        Standing settled;
        do {
            settled = standing;
            settled.settle();
        } while (standing != settled);
        writeState();
        writeEntries();
        deliver();
        evict();
        announce();
        speak();
    }

    boolean stateGivenToDisk() {
        return writes.state().term() == term && Objects.equals(writes.state().votedFor(), votedFor);
    }

    private void writeState() {
        if (!stateGivenToDisk()) {
            var state = new HardState(term, votedFor);
            effect(new Effect.SaveState(writes.ofState(state), state));
        }
    }

    private void writeEntries() {
        if (unwritten <= log.last()) {
            var entries = log.slice(unwritten, log.last());
            effect(new Effect.Append(writes.ofEntries(log.last()), entries));
            unwritten = log.last() + 1;
        }
    }

    private void deliver() {
        if (delivered < commitIndex) {
            effect(new Effect.Commit(log.slice(delivered + 1, commitIndex)));
            delivered = commitIndex;
        }
    }

    /// Keeps what somebody may still ask for, as far as it fits.
    private void evict() {
        var upTo = Math.min(delivered, writes.durableIndex());
        while (log.bytes() > settings.cachedBytes() && log.base() < upTo) {
            log.evictTo(log.base() + 1);
        }
    }

    private void announce() {
        if (announced.role() != role() || announced.term() != term || !Objects.equals(announced.leader(), leader())) {
            announced = new Effect.Became(role(), term, leader());
            effect(announced);
        }
    }

    private void speak() {
        if (rules.maySpeak(writes.stateDurable())) {
            for (var envelope : held) {
                effects.add(new Effect.Send(envelope));
            }
            held.clear();
        }
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    void reply(long ticket, Answer answer) {
        effect(new Effect.Reply(ticket, answer));
    }

    /// Goes out at the end of the step, or once the term is durable; lost when too much waits for a disk.
    void send(NodeId to, Message message) {
        if (held.size() < MOST_HELD) {
            held.add(new Envelope(group, self, to, message));
        }
    }

    long nanos() {
        return now.nanos();
    }

    boolean since(long nanos, Duration duration) {
        return now.nanos() - nanos >= duration.toNanos();
    }
}
