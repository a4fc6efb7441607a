package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.raft.Answer.Reason;
import io.covenant.consensus.raft.MemberChange.AddLearner;
import io.covenant.consensus.raft.MemberChange.Promote;
import io.covenant.consensus.raft.MemberChange.Remove;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MembershipTests {

    private static final NodeId D = new NodeId("d", 4);

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void takesANewNodeInAndLetsItVote() {
        var leader = lab.elect("a");
        leader.propose("x");
        lab.start(D, Durable.joining(Lab.GROUP));

        leader.change(new AddLearner(D));
        lab.deliver().beat("a");
        assertThat(lab.peer("d").commands()).containsExactly("x");
        assertThat(leader.raft.members().isVoter(D)).isFalse();

        leader.change(new Promote(D));
        lab.deliver().beat("a");
        assertThat(lab.peers())
                .allSatisfy(peer -> assertThat(peer.raft.members().voters()).hasSize(4));
        assertThat(lab.elect("d").commands()).containsExactly("x");
    }

    @Test
    void tellsEverybodyWhereANewNodeIs() {
        var leader = lab.elect("a");
        lab.start(D, Durable.joining(Lab.GROUP));

        leader.change(new AddLearner(D, "d.example:8411"));
        lab.deliver().beat("a");
        leader.change(new Promote(D));
        lab.deliver().beat("a");

        assertThat(lab.peers())
                .allSatisfy(peer ->
                        assertThat(peer.raft.members().addresses()).containsExactly(Map.entry(D, "d.example:8411")));
        leader.change(new Remove(D));
        assertThat(leader.raft.members().addresses()).isEmpty();
    }

    @Test
    void promotesNobodyWhoLacksMuch() {
        var leader = lab.elect("a");
        leader.change(new AddLearner(D));
        lab.deliver();

        assertThat(refusal(leader, new Promote(D))).isEqualTo(Reason.NOT_CAUGHT_UP);
    }

    @Test
    void neitherStandsNorMattersAsALearner() {
        var leader = lab.elect("a");
        lab.start(D, Durable.joining(Lab.GROUP));
        leader.change(new AddLearner(D));
        lab.deliver().beat("a");

        lab.stand("d");

        assertThat(lab.peer("d").raft.role()).isEqualTo(Role.FOLLOWER);
        assertThat(lab.peer("d").sent(Message.RequestVote.class)).isEmpty();
    }

    @Test
    void removesAFollower() {
        var leader = lab.elect("a");
        leader.change(new Remove(NodeId.founder("c")));
        lab.deliver();
        lab.parting("c");

        leader.propose("x");
        lab.deliver();
        assertThat(leader.commands()).containsExactly("x");

        lab.healed().stand("c");
        assertThat(leader.raft.role()).isEqualTo(Role.LEADER);
        assertThat(leader.raft.term()).isEqualTo(1);
    }

    @Test
    void removesItselfAndMakesWay() {
        var leader = lab.elect("a");
        lab.beat("a");

        leader.change(new Remove(leader.id));
        lab.deliver();

        assertThat(leader.raft.role()).isEqualTo(Role.FOLLOWER);
        assertThat(leader.raft.members().contains(leader.id)).isFalse();
        assertThat(lab.peers()).anySatisfy(peer -> assertThat(peer.raft.role()).isEqualTo(Role.LEADER));
        lab.stand("a");
        assertThat(leader.sent(Message.RequestVote.class).getLast().term()).isEqualTo(1);
    }

    @Test
    void standsWhileItsRemovalIsPerhapsNotCommitted() {
        var two = Lab.of("a", "b");
        var leader = two.elect("a");
        two.parting("a");
        leader.change(new Remove(leader.id));
        two.deliver();
        leader.restart();

        two.healed().stand("a");

        assertThat(two.peer("b").raft.members().voters()).containsExactly(NodeId.founder("b"));
        assertThat(two.peer("b").raft.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void changesNothingBeforeAnEntryOfItsTermIsCommitted() {
        lab.losing(envelope -> envelope.message() instanceof Message.Append);
        lab.stand("a");
        var leader = lab.peer("a");
        assertThat(leader.raft.role()).isEqualTo(Role.LEADER);

        assertThat(refusal(leader, new Remove(NodeId.founder("c")))).isEqualTo(Reason.TERM_NOT_COMMITTED);
    }

    @Test
    void changesOneThingAtATime() {
        var leader = lab.elect("a");
        lab.parting("a");
        leader.change(new AddLearner(D));

        assertThat(refusal(leader, new Remove(NodeId.founder("c")))).isEqualTo(Reason.CHANGE_PENDING);
    }

    @Test
    void goesBackToTheMembersBeforeAChangeThatWasOverwritten() {
        var old = lab.elect("a");
        lab.parting("a");
        old.change(new Remove(NodeId.founder("c")));
        assertThat(old.raft.members().voters()).hasSize(2);

        lab.elect("b");
        lab.healed().beat("b");
        lab.beat("b");

        assertThat(old.raft.members().voters()).hasSize(3);
    }

    @Test
    void refusesWhatMakesNoSense() {
        var leader = lab.elect("a");

        assertThat(refusal(leader, new Promote(D))).isEqualTo(Reason.UNKNOWN_MEMBER);
        assertThat(refusal(leader, new Remove(D))).isEqualTo(Reason.UNKNOWN_MEMBER);
        assertThat(refusal(leader, new Promote(leader.id))).isEqualTo(Reason.ALREADY_MEMBER);
        assertThat(refusal(leader, new AddLearner(leader.id))).isEqualTo(Reason.ALREADY_MEMBER);
        var alone = Lab.of("a").elect("a");
        assertThat(refusal(alone, new Remove(alone.id))).isEqualTo(Reason.LAST_VOTER);
    }

    private static Reason refusal(Lab.Peer leader, MemberChange change) {
        return switch (leader.answer(leader.change(change))) {
            case Answer.Refused(var reason) -> reason;
            case null, default -> throw new AssertionError(change + " is not refused");
        };
    }
}
