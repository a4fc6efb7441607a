package io.covenant.consensus.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node that follows a leader, or waits until there is one.
final class Following implements Standing {

    private final Raft raft;
    private final @Nullable NodeId leader;

    /// The log is known to be the leader's up to here, once anything of it was found to be.
    private long verified;

    private boolean matched;
    private long acknowledged;
    private long round;
    private boolean answerDue;

    /// The snapshot being received, up to this offset.
    private @Nullable Snapshot incoming;

    private long offset;
    private boolean complete;

    Following(Raft raft, @Nullable NodeId leader) {
        this.raft = raft;
        this.leader = leader;
    }

    @Override
    public Role role() {
        return Role.FOLLOWER;
    }

    @Override
    public @Nullable NodeId leader() {
        return leader;
    }

    @Override
    public void tick() {
        raft.electWhenDue();
    }

    @Override
    public long deadline() {
        return raft.electionDeadline();
    }

    void onAppend(Message.Append append) {
        heardOf(append.round());
        var prev = append.prevIndex();
        // What is committed is the same in every log.
        if (prev > raft.commitIndex() && raft.log.termAt(prev) != append.prevTerm()) {
            refuse(append);
            return;
        }
        take(append.entries());
        verified = Math.max(verified, prev + append.entries().size());
        matched = true;
        raft.commitTo(raft.rules.followerCommit(append.commit(), inCommon(), raft.log.last()));
        answerDue |= acknowledgeable() >= prev + append.entries().size()
                || append.entries().isEmpty();
    }

    private void take(List<Entry> entries) {
        for (var entry : entries) {
            if (entry.index() <= raft.commitIndex()) {
                continue;
            }
            if (entry.index() <= raft.log.last()) {
                if (!raft.rules.overwrites(raft.log.termAt(entry.index()), entry.term())) {
                    continue;
                }
                raft.truncateFrom(entry.index());
            }
            raft.append(entry);
        }
    }

    private void refuse(Message.Append append) {
        var log = raft.log;
        var prev = append.prevIndex();
        answer(
                log.last() < prev
                        ? new Message.Mismatch(raft.term(), prev, 0, log.last() + 1, round)
                        : new Message.Mismatch(
                                raft.term(),
                                prev,
                                log.termAt(prev),
                                log.firstOfTerm(prev, raft.commitIndex() + 1),
                                round));
        answerDue = false;
    }

    void onChunk(Message.Chunk chunk) {
        heardOf(chunk.round());
        if (!raft.rules.isNews(chunk.snapshot().index(), raft.commitIndex())) {
            matched = true;
            answerDue = true;
            return;
        }
        if (!chunk.snapshot().equals(incoming)) {
            incoming = chunk.snapshot();
            offset = 0;
            complete = false;
        }
        if (chunk.offset() == offset && !complete) {
            raft.effect(new Effect.StoreChunk(chunk.snapshot(), offset, chunk.bytes(), chunk.last()));
            offset += chunk.bytes().length;
            complete = chunk.last();
        }
        var snapshot = chunk.snapshot();
        answer(new Message.ChunkWanted(raft.term(), snapshot.index(), snapshot.term(), offset, round));
        answerDue = false;
    }

    /// A snapshot was stored and taken: it is of what is committed, so it is the leader's as well.
    void restored(Snapshot snapshot) {
        if (snapshot.equals(incoming)) {
            incoming = null;
            matched = true;
            answerDue = true;
        }
    }

    private void heardOf(long newRound) {
        raft.heardLeader();
        if (newRound > round) {
            round = newRound;
            answerDue = true;
        }
    }

    private long inCommon() {
        return Math.max(verified, raft.commitIndex());
    }

    private long acknowledgeable() {
        return raft.rules.acknowledged(inCommon(), raft.writes.durableIndex());
    }

    @Override
    public void settle() {
        if (!matched) {
            return;
        }
        var match = acknowledgeable();
        if (answerDue || match > acknowledged) {
            answer(new Message.Appended(raft.term(), match, round));
            acknowledged = match;
            answerDue = false;
        }
    }

    private void answer(Message message) {
        if (leader != null) {
            raft.send(leader, message);
        }
    }
}
