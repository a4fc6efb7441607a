package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElectionTests {

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void electsALeaderWhoseFirstEntryIsCommitted() {
        var leader = lab.elect("a");

        assertThat(leader.raft.term()).isEqualTo(1);
        assertThat(leader.applied)
                .singleElement()
                .satisfies(entry -> assertThat(entry.payload()).isEqualTo(new Payload.NoOp()));
        lab.beat("a");
        assertThat(lab.peers()).allSatisfy(peer -> {
            assertThat(peer.raft.leader()).isEqualTo(leader.id);
            assertThat(peer.applied).hasSize(1);
        });
    }

    @Test
    void electsTheOnlyVoterByItself() {
        var alone = Lab.of("a");

        assertThat(alone.elect("a").applied).hasSize(1);
    }

    @Test
    void startsNoTermThatNobodyWouldElectItIn() {
        lab.elect("a");
        lab.parting("c");

        for (var time = 0; time < 50; time++) {
            lab.beat("a");
            lab.peer("c").tick();
        }

        assertThat(lab.peer("c").raft.role()).isEqualTo(Role.PRE_CANDIDATE);
        assertThat(lab.peer("c").raft.term()).isEqualTo(1);
        lab.healed().beat("a");
        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.LEADER);
        assertThat(lab.peer("c").raft.leader()).isEqualTo(lab.peer("a").id);
    }

    @Test
    void votesForAnotherWhenTheLeaderIsGone() {
        lab.elect("a");
        lab.parting("a");

        assertThat(lab.elect("b").raft.term()).isEqualTo(2);

        lab.healed().beat("b");
        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void refusesBothKindsOfVotesWhileItHearsALeader() {
        lab.elect("a");
        lab.beat("a");

        for (var pre : List.of(true, false)) {
            requestVote("b", pre, false);
            assertThat(lab.peer("b").sent(Message.Vote.class).getLast()).isEqualTo(new Message.Vote(1, pre, false));
            requestVote("a", pre, false);
            assertThat(lab.peer("a").raft.role()).isEqualTo(Role.LEADER);
        }
        assertThat(lab.peer("b").raft.term()).isEqualTo(1);
    }

    @Test
    void votesAgainstALiveLeaderThatHandsOver() {
        lab.elect("a");
        lab.beat("a");

        requestVote("b", false, true);

        assertThat(lab.peer("b").sent(Message.Vote.class).getLast()).isEqualTo(new Message.Vote(9, false, true));
    }

    @Test
    void sticksToALeaderAcrossARestart() {
        lab.elect("a");
        lab.beat("a");
        lab.peer("b").restart();

        requestVote("b", false, false);

        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isFalse();
    }

    @Test
    void votesOnceForEachTerm() {
        lab.pass(Duration.ofSeconds(2));
        requestVote("b", false, false);
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isTrue();

        receive("b", "a", new Message.RequestVote(9, 50, 8, false, false));
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isFalse();

        lab.peer("b").restart();
        lab.pass(Duration.ofSeconds(2));
        receive("b", "a", new Message.RequestVote(9, 50, 8, false, false));
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isFalse();
        requestVote("b", false, false);
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isTrue();
    }

    @Test
    void refusesALogThatIsLessComplete() {
        lab.elect("a").propose("x");
        lab.deliver().pass(Duration.ofSeconds(2));

        receive("b", "c", new Message.RequestVote(9, 1, 1, false, false));
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isFalse();
        receive("b", "c", new Message.RequestVote(10, 2, 1, false, false));
        assertThat(lab.peer("b").sent(Message.Vote.class).getLast().granted()).isTrue();
    }

    @Test
    void stepsDownWithoutAMajorityAndMayStandAgainAtOnce() {
        var leader = lab.elect("a");
        lab.parting("a");
        lab.pass(Duration.ofMillis(1_100));

        leader.tick();

        assertThat(leader.raft.role()).isEqualTo(Role.FOLLOWER);
        assertThat(leader.raft.leader()).isNull();
        // Its log may be the only complete one: it is not banned for longer than any other.
        lab.healed().pass(Duration.ofSeconds(1));
        leader.tick();
        lab.deliver();
        assertThat(leader.raft.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void doesNotVoteBeforeItKnowsTheGroup() {
        var empty = lab.start(new NodeId("b", 77), Durable.joining(Lab.GROUP));
        lab.pass(Duration.ofSeconds(9));

        receive("b", "a", new Message.RequestVote(9, 0, 0, false, false));
        empty.tick();

        assertThat(empty.sent(Message.Vote.class)).isEmpty();
        assertThat(empty.sent(Message.RequestVote.class)).isEmpty();
        assertThat(empty.raft.term()).isZero();
    }

    @Test
    void isNobodyToTheOldGroupWithANewDisk() {
        lab.start(new NodeId("b", 77), Durable.joining(Lab.GROUP));
        lab.start(new NodeId("c", 78), Durable.joining(Lab.GROUP));

        lab.stand("a");

        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.PRE_CANDIDATE);
    }

    @Test
    void ignoresOtherGroups() {
        lab.pass(Duration.ofSeconds(2));
        var message = new Message.RequestVote(9, 50, 8, false, false);

        lab.peer("b").hear(new Input.Receive(new Envelope(8, NodeId.founder("c"), NodeId.founder("b"), message)));

        assertThat(lab.peer("b").raft.term()).isZero();
    }

    private void requestVote(String from, boolean pre, boolean handOver) {
        receive(from, "c", new Message.RequestVote(9, 50, 8, pre, handOver));
    }

    private void receive(String at, String from, Message message) {
        var to = lab.peer(at);
        to.hear(new Input.Receive(new Envelope(Lab.GROUP, NodeId.founder(from), to.id, message)));
    }
}
