package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.raft.Answer.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransferTests {

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void handsOverWithoutWaitingForATimeout() {
        var leader = lab.elect("a");
        leader.propose("x");
        lab.deliver().beat("a");

        var ticket = leader.transfer("b");
        lab.deliver();

        assertThat(leader.answer(ticket)).isEqualTo(new Answer.Transferred());
        assertThat(lab.peer("b").raft.role()).isEqualTo(Role.LEADER);
        assertThat(lab.peer("b").commands()).containsExactly("x");
    }

    @Test
    void letsTheSuccessorCatchUpFirst() {
        var leader = lab.elect("a");
        lab.losing(envelope -> envelope.to().name().equals("b"));
        leader.propose("x");
        lab.deliver();

        leader.transfer("b");
        lab.deliver();
        assertThat(leader.sent(Message.TimeoutNow.class)).isEmpty();

        lab.healed().beat("a");
        lab.beat("a");
        assertThat(lab.peer("b").raft.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void takesNoProposalsMeanwhileAndGivesUpInTime() {
        var leader = lab.elect("a");
        lab.beat("a");
        lab.losing(envelope -> envelope.to().name().equals("b"));

        var ticket = leader.transfer("b");
        assertThat(leader.answer(leader.propose("x"))).isEqualTo(new Answer.Refused(Reason.TRANSFERRING));
        assertThat(leader.answer(leader.transfer("c"))).isEqualTo(new Answer.Refused(Reason.TRANSFERRING));
        for (var time = 0; time < 10; time++) {
            lab.beat("a");
        }

        assertThat(leader.answer(ticket)).isEqualTo(new Answer.Refused(Reason.TRANSFER_TIMED_OUT));
        assertThat(leader.answer(leader.propose("x"))).isInstanceOf(Answer.Accepted.class);
    }

    @Test
    void handsOverToVotersOnly() {
        var leader = lab.elect("a");
        lab.start(new NodeId("d", 4), Durable.joining(Lab.GROUP));

        assertThat(leader.answer(leader.transfer("d"))).isEqualTo(new Answer.Refused(Reason.UNKNOWN_MEMBER));
        assertThat(leader.answer(leader.transfer("a"))).isEqualTo(new Answer.Transferred());
    }

    @Test
    void ignoresAHandOverOfAnEarlierTerm() {
        lab.elect("a");
        lab.pass(Duration.ofSeconds(1));
        var newer = lab.elect("b");

        newer.hear(
                new Input.Receive(new Envelope(Lab.GROUP, NodeId.founder("a"), newer.id, new Message.TimeoutNow(1))));
        var follower = lab.peer("c");
        follower.hear(new Input.Receive(
                new Envelope(Lab.GROUP, NodeId.founder("a"), follower.id, new Message.TimeoutNow(1))));

        assertThat(newer.raft.role()).isEqualTo(Role.LEADER);
        assertThat(follower.raft.role()).isEqualTo(Role.FOLLOWER);
    }
}
