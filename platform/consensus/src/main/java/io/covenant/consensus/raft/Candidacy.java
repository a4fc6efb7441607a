package io.covenant.consensus.raft;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node that wants to lead: first it asks whether it would be elected, then it asks for votes.
final class Candidacy implements Standing {

    private final Raft raft;
    private final boolean pre;
    private final long term;
    private final Set<NodeId> granted = new HashSet<>();

    Candidacy(Raft raft, boolean pre, boolean handOver) {
        this.raft = raft;
        this.pre = pre;
        this.term = pre ? raft.term() + 1 : raft.term();
        var request = new Message.RequestVote(term, raft.log.last(), raft.log.lastTerm(), pre, handOver);
        for (var voter : raft.members().voters()) {
            if (!voter.equals(raft.self)) {
                raft.send(voter, request);
            }
        }
    }

    @Override
    public Role role() {
        return pre ? Role.PRE_CANDIDATE : Role.CANDIDATE;
    }

    @Override
    public @Nullable NodeId leader() {
        return null;
    }

    @Override
    public void tick() {
        raft.electWhenDue();
    }

    @Override
    public long deadline() {
        return raft.electionDeadline();
    }

    void onVote(NodeId from, Message.Vote vote) {
        if (vote.granted() && vote.term() == term && raft.rules.countsVote(vote.pre(), pre)) {
            granted.add(from);
        }
    }

    @Override
    public void settle() {
        if (pre || raft.rules.maySpeak(raft.writes.stateDurable() && raft.stateGivenToDisk())) {
            granted.add(raft.self);
        }
        var members = raft.members();
        if (granted.stream().filter(members::isVoter).count() < members.majority()) {
            return;
        }
        if (pre) {
            raft.campaign(false, false);
        } else {
            raft.lead();
        }
    }
}
