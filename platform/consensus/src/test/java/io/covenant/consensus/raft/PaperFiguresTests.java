package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The schedules that the paper draws.
class PaperFiguresTests {

    /// Figure 7: whatever a follower's log looks like, it becomes the leader's.
    @Test
    void makesEveryLogOfFigure7TheLeaders() {
        var lab = new Lab(Lab.SETTINGS);
        var members = Members.of(List.of("leader", "a", "b", "c", "d", "e", "f").stream()
                .map(NodeId::founder)
                .toList());
        Map.of(
                        "leader", List.of(1, 1, 1, 4, 4, 5, 5, 6, 6, 6),
                        "a", List.of(1, 1, 1, 4, 4, 5, 5, 6, 6),
                        "b", List.of(1, 1, 1, 4),
                        "c", List.of(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
                        "d", List.of(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
                        "e", List.of(1, 1, 1, 4, 4, 4, 4),
                        "f", List.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3))
                .forEach((name, terms) -> lab.start(NodeId.founder(name), durable(members, 7, terms)));

        var leader = lab.elect("leader");
        lab.beat("leader");
        lab.beat("leader");

        assertThat(leader.raft.term()).isEqualTo(8);
        assertThat(lab.peers()).allSatisfy(peer -> {
            assertThat(peer.terms()).containsExactly(1L, 1L, 1L, 4L, 4L, 5L, 5L, 6L, 6L, 6L, 8L);
            assertThat(peer.raft.commitIndex()).isEqualTo(11);
        });
    }

    /// Figure 8, up to (c): the entry of term 2 is at a majority again, and yet not committed, since s5 could
    /// still overwrite it as in (d).
    @Test
    void commitsNoEntryOfAnEarlierTermByCounting() {
        var lab = figure8();
        lab.losing(envelope -> isToS4OrS5(envelope) || hasEntryOfTerm4(envelope));
        var s1 = lab.elect("s1");
        assertThat(s1.raft.term()).isEqualTo(4);
        // One entry for each message: that of term 2 arrives at s3, that of term 4 nowhere.
        lab.beat("s1");
        assertThat(lab.peer("s3").terms()).containsExactly(1L, 2L);
        assertThat(s1.raft.commitIndex()).isZero();

        lab.parting("s1");
        lab.elect("s5");
        lab.beat("s5");
        assertThat(lab.peer("s3").terms()).containsExactly(1L, 3L, 5L);
        assertThat(lab.peer("s3").raft.commitIndex()).isEqualTo(3);
    }

    /// Figure 8 (e): once an entry of term 4 is at a majority, those before it are committed with it.
    @Test
    void commitsEarlierEntriesWithOneOfItsOwn() {
        var lab = figure8();
        var s1 = lab.losing(envelope ->
                        envelope.to().name().matches("s[45]") && envelope.message() instanceof Message.Append)
                .elect("s1");
        lab.beat("s1");
        assertThat(s1.raft.commitIndex()).isEqualTo(3);

        lab.parting("s1");
        lab.stand("s5");
        assertThat(lab.peer("s5").raft.role()).isNotEqualTo(Role.LEADER);
    }

    private static boolean isToS4OrS5(Envelope envelope) {
        return envelope.message() instanceof Message.Append
                && envelope.to().name().matches("s[45]");
    }

    private static boolean hasEntryOfTerm4(Envelope envelope) {
        return envelope.message() instanceof Message.Append append
                && append.entries().stream().anyMatch(entry -> entry.term() == 4);
    }

    private static Lab figure8() {
        var settings = Lab.SETTINGS;
        var oneByOne = new Settings(
                settings.electionTimeout(),
                settings.heartbeat(),
                settings.transferTimeout(),
                4,
                1,
                100,
                1_000_000,
                1_000,
                100,
                1_000_000,
                0,
                10,
                5);
        var lab = new Lab(oneByOne);
        var members = Members.of(List.of("s1", "s2", "s3", "s4", "s5").stream()
                .map(NodeId::founder)
                .toList());
        lab.start(NodeId.founder("s1"), durable(members, 3, List.of(1, 2)));
        lab.start(NodeId.founder("s2"), durable(members, 3, List.of(1, 2)));
        lab.start(NodeId.founder("s3"), durable(members, 3, List.of(1)));
        lab.start(NodeId.founder("s4"), durable(members, 3, List.of(1)));
        lab.start(NodeId.founder("s5"), durable(members, 3, List.of(1, 3)));
        return lab;
    }

    private static Durable durable(Members members, long term, List<Integer> terms) {
        var entries = new ArrayList<Entry>();
        terms.forEach(of -> entries.add(new Entry(entries.size() + 1L, of, 0, new Payload.NoOp())));
        return new Durable(Lab.GROUP, new HardState(term, null), new Snapshot(0, 0, members), entries);
    }
}
