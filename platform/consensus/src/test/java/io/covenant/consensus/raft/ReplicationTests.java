package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.consensus.raft.Answer.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationTests {

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void appliesEverywhereWhatIsProposed() {
        var leader = lab.elect("a");

        var ticket = leader.propose("x");
        leader.propose("y");
        lab.deliver().beat("a");

        assertThat(leader.answer(ticket)).isEqualTo(new Answer.Accepted(1, 2));
        assertThat(lab.peers()).allSatisfy(peer -> assertThat(peer.commands()).containsExactly("x", "y"));
    }

    @Test
    void writesAndSendsOnceWhatIsProposedTogether() {
        var leader = lab.elect("a");
        leader.effects.clear();

        leader.hear(new Input.Propose(91, new byte[1]), new Input.Propose(92, new byte[1]));

        assertThat(leader.effects(Effect.Append.class))
                .singleElement()
                .satisfies(append -> assertThat(append.entries()).hasSize(2));
        assertThat(leader.sent(Message.Append.class)).hasSize(2);
    }

    @Test
    void keepsFewMessagesInFlightAndGathersTheRest() {
        var leader = lab.elect("a");
        lab.beat("a");
        leader.effects.clear();

        for (var time = 0; time < 20; time++) {
            leader.propose("x");
        }
        assertThat(leader.sent(Message.Append.class)).hasSize(2 * Lab.SETTINGS.maxInFlight());

        leader.effects.clear();
        lab.deliver();
        assertThat(leader.sent(Message.Append.class)).hasSizeLessThan(8);
        assertThat(leader.commands()).hasSize(20);
    }

    @Test
    void sendsAgainWhatWasLost() {
        var leader = lab.elect("a");
        lab.losing(envelope -> envelope.message() instanceof Message.Append append
                && !append.entries().isEmpty());
        for (var time = 0; time < 10; time++) {
            leader.propose("x");
            lab.deliver();
        }
        assertThat(leader.commands()).isEmpty();

        lab.healed().beat("a");
        assertThat(leader.commands()).hasSize(10);
    }

    @Test
    void saysWhoLeads() {
        lab.elect("a");
        var follower = lab.peer("b");

        assertThat(follower.answer(follower.propose("x"))).isEqualTo(new Answer.NotLeader(lab.peer("a").id));
        assertThat(follower.answer(follower.confirm())).isEqualTo(new Answer.NotLeader(lab.peer("a").id));
    }

    @Test
    void refusesWhatIsTooLarge() {
        var leader = lab.elect("a");

        assertThat(leader.answer(leader.propose("x".repeat(1_001)))).isEqualTo(new Answer.Refused(Reason.TOO_LARGE));
    }

    @Test
    void refusesWhatIsTooMuch() {
        var leader = lab.elect("a");
        lab.parting("a");
        var last = 0L;
        for (var time = 0; time <= Lab.SETTINGS.maxUncommittedEntries(); time++) {
            last = leader.propose("x");
        }
        assertThat(leader.answer(last)).isEqualTo(new Answer.Overloaded());

        lab.healed().beat("a");
        assertThat(leader.answer(leader.propose("x"))).isInstanceOf(Answer.Accepted.class);
    }

    @Test
    void givesEntriesTimeThatNeverGoesBack() {
        var leader = lab.elect("a");
        var raft = leader.raft;

        raft.on(new Moment(1, 50_000), new Input.Propose(91, new byte[1]));
        raft.on(new Moment(2, 40_000), new Input.Propose(92, new byte[1]));

        assertThat(raft.log.entry(2).timeMillis()).isEqualTo(50_000);
        assertThat(raft.log.entry(3).timeMillis()).isEqualTo(50_000);
    }

    @Test
    void takesAnOldMessageForWhatItIs() {
        var leader = lab.elect("a");
        leader.propose("x");
        var old = List.copyOf(lab.network());
        leader.propose("y");
        lab.deliver();

        old.forEach(envelope -> lab.peer(envelope.to().name()).hear(new Input.Receive(envelope)));

        assertThat(lab.peer("b").raft.lastIndex()).isEqualTo(3);
    }

    @Test
    void takesTheCommitIndexNoFartherThanTheLogsAreKnownToAgree() {
        var follower = lab.peer("b");
        receive(follower, "a", new Message.Append(1, 0, 0, List.of(entry(1, 1), entry(2, 1)), 0, 0));

        receive(follower, "c", new Message.Append(2, 1, 1, List.of(), 2, 0));

        assertThat(follower.raft.commitIndex()).isEqualTo(1);
    }

    @Test
    void readsBackFromDiskWhatASlowFollowerLacks() {
        var forgetful = new Settings(
                Duration.ofMillis(1_000),
                Duration.ofMillis(100),
                Duration.ofMillis(1_000),
                4,
                10_000,
                100,
                1_000_000,
                1_000,
                100,
                0,
                0,
                10,
                5);
        var small = Lab.of(forgetful, "a", "b", "c");
        var leader = small.elect("a");
        small.parting("c");
        for (var time = 0; time < 10; time++) {
            leader.propose("x");
            small.deliver();
        }
        assertThat(leader.raft.log.base()).isEqualTo(11);

        small.healed().beat("a");
        small.beat("a");

        assertThat(leader.effects(Effect.Fetch.class)).isNotEmpty();
        assertThat(small.peer("c").commands()).hasSize(10);
    }

    @Test
    void tellsItsOperatorHowTheOthersAre() {
        var leader = lab.elect("a");
        lab.parting("c");
        leader.propose("x");
        lab.deliver().beat("a");

        var status = leader.raft.status();
        assertThat(status.commitIndex()).isEqualTo(2);
        assertThat(status.durableIndex()).isEqualTo(2);
        assertThat(status.followers()).extracting(Status.Follower::match).containsExactly(2L, 1L);
        assertThat(status.followers().getLast().silence()).isEqualTo(Lab.SETTINGS.heartbeat());
        assertThat(lab.peer("b").raft.status().followers()).isEmpty();
    }

    /// Neither can happen while the rules hold: such a node stops rather than spread what is wrong.
    @Test
    void diesOfWhatCannotBe() {
        var leader = lab.elect("a");
        leader.propose("x");
        lab.deliver().beat("a");

        assertThatIllegalStateException()
                .isThrownBy(() -> receive(leader, "b", new Message.Append(1, 0, 0, List.of(), 0, 0)))
                .withMessageContaining("two leaders");
        assertThatIllegalStateException()
                .isThrownBy(() -> lab.peer("b").raft.truncateFrom(1))
                .withMessageContaining("committed");
        assertThatIllegalArgumentException().isThrownBy(() -> leader.hear(new Input.Persisted(1_000)));
    }

    private static void receive(Lab.Peer at, String from, Message message) {
        at.hear(new Input.Receive(new Envelope(Lab.GROUP, NodeId.founder(from), at.id, message)));
    }

    private static Entry entry(long index, long term) {
        return new Entry(index, term, 0, new Payload.NoOp());
    }
}
