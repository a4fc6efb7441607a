package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityTests {

    private static final Members MEMBERS = Members.of(NodeId.founder("a"), NodeId.founder("b"), NodeId.founder("c"));

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void answersAVoteWhenItIsDurable() {
        lab.peer("b").hang();
        lab.parting("c");

        lab.stand("a");
        assertThat(lab.peer("b").sent(Message.Vote.class))
                .extracting(Message.Vote::pre)
                .containsOnly(true);
        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.CANDIDATE);

        lab.peer("b").unhang();
        lab.deliver();
        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void countsItsOwnVoteWhenItIsDurable() {
        var alone = Lab.of("a");
        alone.peer("a").hang();

        alone.stand("a");
        assertThat(alone.peer("a").raft.role()).isEqualTo(Role.CANDIDATE);

        alone.peer("a").unhang();
        assertThat(alone.peer("a").raft.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void asksForVotesWhenItsOwnIsDurable() {
        lab.peer("a").hang();

        lab.stand("a");

        assertThat(lab.peer("a").raft.role()).isEqualTo(Role.CANDIDATE);
        assertThat(lab.peer("a").sent(Message.RequestVote.class))
                .extracting(Message.RequestVote::pre)
                .containsOnly(true);
    }

    @Test
    void acknowledgesEntriesWhenTheyAreDurable() {
        var leader = lab.elect("a");
        lab.parting("c").peer("b").hang();

        leader.propose("x");
        lab.deliver();
        assertThat(leader.commands()).isEmpty();

        lab.peer("b").unhang();
        lab.deliver();
        assertThat(leader.commands()).containsExactly("x");
    }

    @Test
    void sendsWhileItWritesAndCountsItselfAfterwards() {
        var leader = lab.elect("a");
        leader.hang();
        lab.parting("c");

        leader.propose("x");
        lab.deliver();
        assertThat(lab.peer("b").raft.lastIndex()).isEqualTo(2);
        assertThat(leader.commands()).isEmpty();

        leader.unhang();
        assertThat(leader.commands()).containsExactly("x");
    }

    @Test
    void commitsWithoutItsOwnDiskWhenAMajorityHolds() {
        var leader = lab.elect("a");
        leader.hang();

        leader.propose("x");
        lab.deliver();

        assertThat(leader.commands()).containsExactly("x");
    }

    @Test
    void takesNoReportOfAnOverwrittenWriteForTheNewOne() {
        var follower = lab.peer("b");
        follower.hang();
        append(follower, "a", 1, 0, 0, entry(1, 1), entry(2, 1));
        // Term 1 was given to the disk by write 1, these entries by write 2, and what replaces them by 3 and 4.
        append(follower, "c", 2, 0, 0, entry(1, 2), entry(2, 2));

        follower.hear(new Input.Persisted(3));
        assertThat(follower.sent(Message.Appended.class)).allMatch(appended -> appended.match() == 0);

        follower.hear(new Input.Persisted(4));
        assertThat(follower.sent(Message.Appended.class).getLast().match()).isEqualTo(2);
    }

    @Test
    void comesBackWithTermVoteAndLog() {
        lab.elect("a").propose("x");
        lab.deliver().beat("a");
        lab.peers().forEach(Lab.Peer::restart);

        var leader = lab.elect("b");

        assertThat(leader.raft.term()).isEqualTo(2);
        assertThat(leader.commands()).containsExactly("x");
    }

    @Test
    void goesOnAfterASnapshotWithTheLogThatFits() {
        var raft = start(new Snapshot(2, 1, MEMBERS), entry(1, 1), entry(2, 1), entry(3, 2));

        assertThat(raft.lastIndex()).isEqualTo(3);
        assertThat(raft.commitIndex()).isEqualTo(2);
    }

    @Test
    void dropsALogThatIsNotTheSnapshots() {
        var raft = start(new Snapshot(2, 3, MEMBERS), entry(1, 1), entry(2, 1), entry(3, 1));

        assertThat(raft.lastIndex()).isEqualTo(2);
        assertThat(raft.on(new Moment(1, 1), new Input.Tick()))
                .contains(new Effect.Reset(1, new Snapshot(2, 3, MEMBERS)));
    }

    @Test
    void refusesToStartWithAGap() {
        assertThatIllegalArgumentException().isThrownBy(() -> start(new Snapshot(2, 1, MEMBERS), entry(4, 1)));
    }

    @Test
    void takesTheTermOfASnapshotThatWasFasterThanIt() {
        assertThat(start(new Snapshot(2, 5, MEMBERS)).term()).isEqualTo(5);
    }

    private static Raft start(Snapshot snapshot, Entry... log) {
        var durable = new Durable(Lab.GROUP, new HardState(3, NodeId.founder("a")), snapshot, List.of(log));
        return new Raft(NodeId.founder("a"), Lab.SETTINGS, durable, bound -> 0, new Moment(0, 0));
    }

    private static void append(Lab.Peer at, String from, long term, long prev, long prevTerm, Entry... entries) {
        var message = new Message.Append(term, prev, prevTerm, List.of(entries), 0, 0);
        at.hear(new Input.Receive(new Envelope(Lab.GROUP, NodeId.founder(from), at.id, message)));
    }

    private static Entry entry(long index, long term) {
        return new Entry(index, term, Duration.ofSeconds(1).toMillis(), new Payload.NoOp());
    }
}
