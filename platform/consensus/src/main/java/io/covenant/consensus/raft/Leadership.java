package io.covenant.consensus.raft;

import io.covenant.consensus.raft.Answer.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A leader, from its election until it steps down.
final class Leadership implements Standing {

    private record HandOver(long ticket, NodeId target, long until) {}

    private final Raft raft;
    private final RaftLog log;
    private final Rules rules;
    private final long termStart;
    private final Map<NodeId, Progress> followers = new TreeMap<>();
    private final Confirmations confirmations = new Confirmations();
    private long heartbeatAt;
    private boolean heartbeat;
    private long uncommittedBytes;
    private @Nullable HandOver handOver;
    private boolean handOverTold;

    Leadership(Raft raft) {
        this.raft = raft;
        this.log = raft.log;
        this.rules = raft.rules;
        this.termStart = log.last() + 1;
        for (var index = raft.commitIndex() + 1; index < termStart; index++) {
            uncommittedBytes += log.entry(index).size();
        }
        heartbeatAt = raft.nanos() + raft.settings.heartbeat().toNanos();
        meetMembers();
    }

    @Override
    public Role role() {
        return Role.LEADER;
    }

    @Override
    public NodeId leader() {
        return raft.self;
    }

    @Override
    public long deadline() {
        return heartbeatAt;
    }

    List<Status.Follower> followers() {
        var members = raft.members();
        return followers.values().stream()
                .map(follower -> new Status.Follower(
                        follower.node,
                        members.isVoter(follower.node),
                        follower.match,
                        Duration.ofNanos(raft.nanos() - follower.heardAt),
                        follower.mode == Progress.Mode.SNAPSHOT))
                .toList();
    }

    /// What a leader does first.
    void begin() {
        append(new Payload.NoOp());
    }

    @Override
    public void tick() {
        if (raft.nanos() - heartbeatAt >= 0) {
            heartbeat = true;
            heartbeatAt = raft.nanos() + raft.settings.heartbeat().toNanos();
        }
        if (handOver != null && raft.nanos() - handOver.until() >= 0) {
            raft.reply(handOver.ticket(), new Answer.Refused(Reason.TRANSFER_TIMED_OUT));
            handOver = null;
        }
        if (!hearsMajority()) {
            raft.follow(null);
        }
    }

    private boolean hearsMajority() {
        var since = raft.nanos() - raft.settings.electionTimeout().toNanos();
        return votes(progress -> progress.heardAt - since >= 0)
                >= raft.members().majority();
    }

    void propose(long ticket, byte[] command) {
        if (handOver != null) {
            raft.reply(ticket, new Answer.Refused(Reason.TRANSFERRING));
        } else if (command.length > raft.settings.maxCommandBytes()) {
            raft.reply(ticket, new Answer.Refused(Reason.TOO_LARGE));
        } else if (log.last() - raft.commitIndex() >= raft.settings.maxUncommittedEntries()
                || uncommittedBytes >= raft.settings.maxUncommittedBytes()) {
            raft.reply(ticket, new Answer.Overloaded());
        } else {
            accept(ticket, new Payload.Command(command));
        }
    }

    void confirm(long ticket) {
        if (confirmations.size() >= raft.settings.maxConfirmations()) {
            raft.reply(ticket, new Answer.Overloaded());
        } else {
            confirmations.add(ticket);
        }
    }

    void change(long ticket, MemberChange change) {
        var refusal = refusal(change);
        if (refusal != null) {
            raft.reply(ticket, new Answer.Refused(refusal));
            return;
        }
        var members = raft.members();
        accept(
                ticket,
                new Payload.Reconfigure(
                        switch (change) {
                            case MemberChange.AddLearner(var node, var address) -> members.withLearner(node, address);
                            case MemberChange.Promote(var node) -> members.withVoter(node);
                            case MemberChange.Remove(var node) -> members.without(node);
                        }));
        meetMembers();
    }

    private @Nullable Reason refusal(MemberChange change) {
        var members = raft.members();
        if (handOver != null) {
            return Reason.TRANSFERRING;
        }
        if (!rules.mayChangeMembers(raft.commitIndex(), termStart)) {
            return Reason.TERM_NOT_COMMITTED;
        }
        if (rules.changePending(raft.membership.changedAt(), raft.commitIndex())) {
            return Reason.CHANGE_PENDING;
        }
        return switch (change) {
            case MemberChange.AddLearner(var node, var _) -> members.contains(node) ? Reason.ALREADY_MEMBER : null;
            case MemberChange.Promote(var node) -> {
                if (members.isVoter(node)) {
                    yield Reason.ALREADY_MEMBER;
                }
                var learner = followers.get(node);
                if (learner == null) {
                    yield Reason.UNKNOWN_MEMBER;
                }
                yield caughtUp(learner) ? null : Reason.NOT_CAUGHT_UP;
            }
            case MemberChange.Remove(var node) -> {
                if (!members.contains(node)) {
                    yield Reason.UNKNOWN_MEMBER;
                }
                yield members.isVoter(node) && members.voters().size() == 1 ? Reason.LAST_VOTER : null;
            }
        };
    }

    /// It lacks little, has told so lately, and knows who the members are.
    private boolean caughtUp(Progress learner) {
        var since = raft.nanos() - raft.settings.electionTimeout().toNanos();
        return learner.match >= raft.membership.changedAt()
                && learner.match + raft.settings.promotionLag() >= log.last()
                && learner.heardAt - since >= 0;
    }

    void transfer(long ticket, NodeId target) {
        if (handOver != null) {
            raft.reply(ticket, new Answer.Refused(Reason.TRANSFERRING));
        } else if (!raft.members().isVoter(target)) {
            raft.reply(ticket, new Answer.Refused(Reason.UNKNOWN_MEMBER));
        } else if (target.equals(raft.self)) {
            raft.reply(ticket, new Answer.Transferred());
        } else {
            handOver = new HandOver(
                    ticket,
                    target,
                    raft.nanos() + raft.settings.transferTimeout().toNanos());
            handOverTold = false;
        }
    }

    private void accept(long ticket, Payload payload) {
        append(payload);
        raft.reply(ticket, new Answer.Accepted(raft.term(), log.last()));
    }

    private void append(Payload payload) {
        var entry = new Entry(log.last() + 1, raft.term(), raft.entryMillis(), payload);
        uncommittedBytes += entry.size();
        raft.append(entry);
    }

    /// Makes acquaintance with new members and forgets old ones.
    private void meetMembers() {
        var members = raft.members();
        followers.keySet().removeIf(node -> !members.contains(node));
        for (var nodes : List.of(members.voters(), members.learners())) {
            for (var node : nodes) {
                if (!node.equals(raft.self)) {
                    followers.computeIfAbsent(
                            node,
                            unknown -> new Progress(
                                    unknown, termStart, raft.nanos(), raft.settings.maxInFlight(), raft.snapshot()));
                }
            }
        }
    }

    void onAppended(NodeId from, Message.Appended appended) {
        var follower = heard(from, appended.round());
        if (follower == null || appended.match() > log.last()) {
            return;
        }
        follower.match = Math.max(follower.match, appended.match());
        follower.landed(appended.match());
        switch (follower.mode) {
            case PROBING -> follower.pipeline();
            case PIPELINING -> follower.next = Math.max(follower.next, follower.match + 1);
            case SNAPSHOT -> {
                if (follower.match >= follower.snapshot.index()) {
                    follower.probe(follower.match + 1);
                }
            }
        }
    }

    void onMismatch(NodeId from, Message.Mismatch mismatch) {
        var follower = heard(from, mismatch.round());
        var prev = mismatch.prevIndex();
        if (follower == null || follower.mode == Progress.Mode.SNAPSHOT || prev <= follower.match) {
            return;
        }
        // An answer to what was sent before the last step back.
        if (prev >= follower.next) {
            return;
        }
        var own = mismatch.conflictTerm() == 0 ? -1 : log.lastOfTerm(mismatch.conflictTerm(), prev);
        var hint = own < 0 ? mismatch.conflictIndex() : own + 1;
        follower.probe(Math.max(follower.match + 1, Math.min(prev, hint)));
    }

    void onChunkWanted(NodeId from, Message.ChunkWanted wanted) {
        var follower = heard(from, wanted.round());
        if (follower == null
                || follower.mode != Progress.Mode.SNAPSHOT
                || wanted.snapshotIndex() != follower.snapshot.index()
                || wanted.snapshotTerm() != follower.snapshot.term()
                || wanted.offset() == follower.offset) {
            return;
        }
        if (!follower.lastChunk || wanted.offset() != follower.chunkEnd) {
            follower.continueSnapshotAt(wanted.offset());
        }
    }

    private @Nullable Progress heard(NodeId from, long round) {
        var follower = followers.get(from);
        if (follower != null) {
            follower.heardAt = raft.nanos();
            follower.echoedRound = Math.max(follower.echoedRound, round);
        }
        return follower;
    }

    void onFetched(NodeId node, List<Entry> entries) {
        var follower = followers.get(node);
        if (follower == null || !follower.fetching) {
            return;
        }
        follower.fetching = false;
        if (entries.isEmpty()) {
            if (raft.snapshot().index() > follower.match) {
                follower.sendSnapshot(raft.snapshot());
            }
            return;
        }
        var prev = follower.next - 1;
        var rest = entries;
        if (entries.getFirst().index() == prev) {
            follower.remember(entries.getFirst());
            rest = entries.subList(1, entries.size());
        }
        // What was asked for before the last step back or forth is of no use.
        if (!rest.isEmpty()
                && rest.getFirst().index() == follower.next
                && termBefore(follower) >= 0
                && !follower.flightIsFull()) {
            sendEntries(follower, termBefore(follower), rest);
        } else {
            follower.waiting = false;
        }
    }

    void onSnapshotRead(Input.SnapshotRead read) {
        var follower = followers.get(read.follower());
        if (follower == null || follower.mode != Progress.Mode.SNAPSHOT || !follower.chunkOut) {
            return;
        }
        if (!read.snapshot().equals(follower.snapshot)) {
            if (read.offset() != 0 || read.snapshot().index() < follower.snapshot.index()) {
                return;
            }
            follower.sendSnapshot(read.snapshot());
            follower.chunkOut = true;
            follower.chunkSince = raft.nanos();
        }
        if (read.offset() != follower.offset) {
            return;
        }
        follower.chunkEnd = read.offset() + read.bytes().length;
        follower.lastChunk = read.last();
        follower.sentRound = confirmations.round();
        raft.send(
                follower.node,
                new Message.Chunk(
                        raft.term(), read.snapshot(), read.offset(), read.bytes(), read.last(), confirmations.round()));
    }

    /// Steps down: nobody may wait for ever.
    void end(boolean newTerm) {
        var elsewhere = new Answer.NotLeader(null);
        confirmations.abandon().forEach(ticket -> raft.reply(ticket, elsewhere));
        if (handOver != null) {
            raft.reply(
                    handOver.ticket(),
                    newTerm && handOverTold ? new Answer.Transferred() : new Answer.Refused(Reason.TRANSFER_TIMED_OUT));
        }
    }

    @Override
    public void settle() {
        commit();
        confirm();
        tellSuccessor();
        for (var follower : followers.values()) {
            replicate(follower);
        }
        heartbeat = false;
        leaveWhenRemoved();
    }

    private void commit() {
        var members = raft.members();
        var matches = new long[members.voters().size() + followers.size() + 1];
        var count = 0;
        if (rules.counts(members, raft.self)) {
            matches[count++] = rules.ownMatch(raft.writes.durableIndex(), log.last());
        }
        for (var follower : followers.values()) {
            if (rules.counts(members, follower.node)) {
                matches[count++] = follower.match;
            }
        }
        var majority = members.majority();
        if (count < majority) {
            return;
        }
        Arrays.sort(matches, 0, count);
        var index = matches[count - majority];
        var before = raft.commitIndex();
        if (index > before && rules.mayCommit(log.termAt(index), raft.term())) {
            for (var i = before + 1; i <= index; i++) {
                uncommittedBytes -= log.entry(i).size();
            }
            raft.commitTo(index);
        }
    }

    private void confirm() {
        do {
            if (confirmations.underWay() && roundIsEchoed()) {
                var confirmed = new Answer.Confirmed(raft.term(), confirmations.readIndex());
                confirmations.finish().forEach(ticket -> raft.reply(ticket, confirmed));
            }
            if (confirmations.underWay()
                    || !confirmations.anyWaiting()
                    || !rules.knowsCommitted(raft.commitIndex(), termStart)) {
                return;
            }
            confirmations.start(raft.commitIndex());
        } while (roundIsEchoed());
    }

    private boolean roundIsEchoed() {
        return votes(progress -> rules.confirms(progress.echoedRound, confirmations.round()))
                >= raft.members().majority();
    }

    /// How many voters are so, this one among them if it is a voter.
    private int votes(Predicate<Progress> voter) {
        var members = raft.members();
        var count = members.isVoter(raft.self) ? 1 : 0;
        for (var follower : followers.values()) {
            if (members.isVoter(follower.node) && voter.test(follower)) {
                count++;
            }
        }
        return count;
    }

    private void tellSuccessor() {
        if (handOver == null || (handOverTold && !heartbeat)) {
            return;
        }
        var successor = followers.get(handOver.target());
        if (successor != null && successor.match == log.last()) {
            raft.send(successor.node, new Message.TimeoutNow(raft.term()));
            handOverTold = true;
        }
    }

    private void replicate(Progress follower) {
        switch (follower.mode) {
            case PROBING -> {
                if (!follower.waiting) {
                    follower.waiting = true;
                    send(follower);
                }
            }
            case PIPELINING -> {
                while (follower.next <= log.last() && !follower.flightIsFull() && send(follower)) {}
            }
            case SNAPSHOT -> askForChunk(follower);
        }
        if (heartbeat || follower.sentRound < confirmations.round()) {
            beat(follower);
        }
    }

    private boolean send(Progress follower) {
        var prev = follower.next - 1;
        if (prev >= log.base()) {
            sendEntries(follower, log.termAt(prev), log.slice(follower.next, raft.settings.maxMessageBytes()));
            return true;
        }
        if (prev > raft.compactedTo() || (prev == raft.compactedTo() && termBefore(follower) >= 0)) {
            fetch(follower);
        } else {
            follower.sendSnapshot(raft.snapshot());
            askForChunk(follower);
        }
        return false;
    }

    private void sendEntries(Progress follower, long prevTerm, List<Entry> entries) {
        var prev = follower.next - 1;
        if (follower.mode == Progress.Mode.PIPELINING && !entries.isEmpty()) {
            follower.took(entries.getLast());
        }
        follower.sentRound = confirmations.round();
        raft.send(
                follower.node,
                new Message.Append(raft.term(), prev, prevTerm, entries, raft.commitIndex(), confirmations.round()));
    }

    /// What is before the first entry, and the snapshot, have a term that needs no entry to be known.
    private long knownTerm(long index) {
        if (index == 0) {
            return 0;
        }
        return index == raft.snapshot().index() ? raft.snapshot().term() : log.termAt(index);
    }

    /// The term of the entry before the next to be sent, or -1.
    private long termBefore(Progress follower) {
        var prev = follower.next - 1;
        return Math.max(knownTerm(prev), follower.rememberedTermAt(prev));
    }

    private void fetch(Progress follower) {
        if (!follower.fetching || raft.since(follower.fetchingSince, raft.settings.electionTimeout())) {
            follower.fetching = true;
            follower.fetchingSince = raft.nanos();
            raft.effect(new Effect.Fetch(
                    follower.node,
                    termBefore(follower) >= 0 ? follower.next : follower.next - 1,
                    log.base(),
                    raft.settings.maxMessageBytes()));
        }
    }

    private void askForChunk(Progress follower) {
        var silent = follower.chunkOut && raft.since(follower.chunkSince, raft.settings.electionTimeout());
        if (follower.chunkOut && !silent) {
            return;
        }
        if (silent && follower.chunkEnd == follower.offset && !follower.lastChunk) {
            // The shell did not read it: perhaps that snapshot is no more.
            follower.sendSnapshot(raft.snapshot());
        }
        follower.chunkOut = true;
        follower.chunkSince = raft.nanos();
        raft.effect(new Effect.ReadSnapshot(
                follower.node, follower.snapshot, follower.offset, raft.settings.snapshotChunkBytes()));
    }

    /// Keeps a follower from standing for election, asks for an echo, and finds out when entries were lost.
    private void beat(Progress follower) {
        var prev = follower.next - 1;
        var prevTerm = follower.mode == Progress.Mode.SNAPSHOT ? -1 : termBefore(follower);
        follower.sentRound = confirmations.round();
        raft.send(
                follower.node,
                new Message.Append(
                        raft.term(),
                        prevTerm < 0 ? 0 : prev,
                        Math.max(0, prevTerm),
                        List.of(),
                        raft.commitIndex(),
                        confirmations.round()));
    }

    /// A leader that removed itself leads until that is committed; then the most complete voter follows it.
    private void leaveWhenRemoved() {
        if (raft.members().isVoter(raft.self) || raft.membership.changedAt() > raft.commitIndex()) {
            return;
        }
        Progress best = null;
        for (var follower : followers.values()) {
            beat(follower);
            if (raft.members().isVoter(follower.node) && (best == null || follower.match > best.match)) {
                best = follower;
            }
        }
        if (best != null && best.match == log.last()) {
            raft.send(best.node, new Message.TimeoutNow(raft.term()));
        }
        raft.follow(null);
    }
}
