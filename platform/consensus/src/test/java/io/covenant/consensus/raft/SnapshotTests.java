package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTests {

    private static final String CONTENT = "a state of more than ten bytes";

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void bringsAFollowerUpBySnapshotAndEntries() {
        var snapshot = leaveBehind("c");
        lab.peer("a").propose("z");

        lab.healed().beat("a");
        lab.beat("a");

        var follower = lab.peer("c");
        assertThat(follower.effects(Effect.Restore.class)).containsExactly(new Effect.Restore(snapshot));
        assertThat(follower.effects(Effect.StoreChunk.class)).hasSize(3);
        assertThat(new String(follower.saved, StandardCharsets.UTF_8)).isEqualTo(CONTENT);
        assertThat(follower.commands()).containsExactly("z");
        assertThat(follower.raft.members()).isEqualTo(snapshot.members());
    }

    @Test
    void beginsAgainWhenTheFollowerForgot() {
        leaveBehind("c");
        lab.losing(envelope -> envelope.message() instanceof Message.Chunk chunk && chunk.offset() >= 20);
        lab.beat("a");
        assertThat(lab.peer("c").effects(Effect.StoreChunk.class)).hasSize(2);

        lab.peer("c").restart();
        lab.healed();
        for (var time = 0; time < 12; time++) {
            lab.beat("a");
        }

        assertThat(new String(lab.peer("c").saved, StandardCharsets.UTF_8)).isEqualTo(CONTENT);
        assertThat(lab.peer("c").raft.commitIndex()).isEqualTo(3);
    }

    @Test
    void goesOnWhereAChunkWasLost() {
        leaveBehind("c");
        lab.losing(envelope -> envelope.message() instanceof Message.Chunk chunk && chunk.offset() == 10);
        lab.beat("a");
        lab.healed();
        for (var time = 0; time < 12; time++) {
            lab.beat("a");
        }

        assertThat(lab.peer("c").effects(Effect.StoreChunk.class))
                .extracting(Effect.StoreChunk::offset)
                .containsExactly(0L, 10L, 20L);
    }

    @Test
    void ignoresASnapshotOfThePast() {
        var leader = lab.elect("a");
        leader.propose("x");
        leader.propose("y");
        lab.deliver().beat("a");
        var follower = lab.peer("b");

        receive(follower, new Message.Chunk(1, new Snapshot(2, 1, leader.raft.members()), 0, new byte[5], true, 0));

        assertThat(follower.effects(Effect.StoreChunk.class)).isEmpty();
        assertThat(follower.sent(Message.Appended.class).getLast().match()).isEqualTo(3);
    }

    @Test
    void ignoresASnapshotThatCameTooLate() {
        lab.elect("a").propose("x");
        lab.deliver().beat("a");
        var follower = lab.peer("b");

        follower.hear(new Input.SnapshotStored(new Snapshot(2, 1, follower.raft.members())));

        assertThat(follower.effects(Effect.Restore.class)).isEmpty();
    }

    @Test
    void keepsTheEntriesThatGoOnAfterASnapshot() {
        var follower = lab.peer("b");
        receive(follower, new Message.Append(1, 0, 0, List.of(entry(1), entry(2), entry(3)), 0, 0));

        follower.hear(new Input.SnapshotStored(new Snapshot(2, 1, follower.raft.members())));

        assertThat(follower.raft.lastIndex()).isEqualTo(3);
        assertThat(follower.raft.commitIndex()).isEqualTo(2);
        assertThat(follower.effects(Effect.Reset.class)).isEmpty();
    }

    @Test
    void dropsEntriesThatAreNotTheSnapshots() {
        var follower = lab.peer("b");
        receive(follower, new Message.Append(1, 0, 0, List.of(entry(1), entry(2), entry(3)), 0, 0));

        follower.hear(new Input.SnapshotStored(new Snapshot(2, 2, follower.raft.members())));

        assertThat(follower.raft.lastIndex()).isEqualTo(2);
        assertThat(follower.effects(Effect.Reset.class)).hasSize(1);
    }

    @Test
    void deletesWhatASnapshotHolds() {
        var leader = lab.elect("a");
        leader.propose("x");
        lab.deliver();
        leader.save(CONTENT);

        assertThat(leader.effects(Effect.Compact.class)).containsExactly(new Effect.Compact(2));
        leader.restart();
        assertThat(leader.raft.lastIndex()).isEqualTo(2);
        assertThat(leader.raft.members().voters()).hasSize(3);
    }

    @Test
    void sendsTheNewestWhenTheShellHasNoOther() {
        var old = leaveBehind("c");
        lab.losing(envelope -> envelope.message() instanceof Message.Chunk chunk
                && chunk.snapshot().equals(old)
                && chunk.offset() > 0);
        lab.beat("a");
        var leader = lab.peer("a");
        var newer = new Snapshot(4, 1, old.members());

        leader.hear(new Input.SnapshotRead(lab.peer("c").id, newer, 0, new byte[] {1, 2}, true));
        lab.deliver();

        assertThat(lab.peer("c").effects(Effect.Restore.class)).containsExactly(new Effect.Restore(newer));
    }

    /// A leader that keeps nothing in memory saves its state while one follower hears nothing.
    private Snapshot leaveBehind(String name) {
        var leader = lab.elect("a");
        lab.parting(name);
        leader.propose("x");
        leader.propose("y");
        lab.deliver();
        leader.raft.log.evictTo(3);
        return leader.save(CONTENT);
    }

    private static void receive(Lab.Peer at, Message message) {
        at.hear(new Input.Receive(new Envelope(Lab.GROUP, NodeId.founder("a"), at.id, message)));
    }

    private static Entry entry(long index) {
        return new Entry(index, 1, 0, new Payload.NoOp());
    }
}
