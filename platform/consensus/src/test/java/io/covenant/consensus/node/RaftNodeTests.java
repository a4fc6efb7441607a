package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.node.Cluster.Member;
import io.covenant.consensus.raft.Answer.Reason;
import io.covenant.consensus.raft.Envelope;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Message;
import io.covenant.consensus.raft.MessageCodec;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Three nodes in one process: real threads, files and sockets. Most of a test is waiting for an election, which
/// a few do beside each other.
@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit gives the directory, each test makes its cluster
class RaftNodeTests {

    @TempDir
    private Path directory;

    private Cluster cluster;

    @AfterEach
    void endWell() throws IOException {
        cluster.close();
        assertThat(cluster.fatal).isEmpty();
    }

    private Cluster three(NodeSettings settings) throws IOException {
        cluster = new Cluster(directory, settings).founded("a", "b", "c");
        return cluster;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void appliesWhatIsProposedEverywhereInOrder() throws Exception {
        var leader = three(Cluster.settings()).leader();

        var outcomes = proposeAtOnce(leader, 1000, "line");

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Applied.class));
        assertThat(leader.ledger().texts())
                .containsExactlyElementsOf(IntStream.range(0, 1000)
                        .mapToObj(number -> "line " + number)
                        .toList());
        assertThat(outcomes.getLast())
                .isEqualTo(new Outcome.Applied<>(
                        leader.ledger().lines().getLast().index(), leader.node().term(), 1000));
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void appliesInOrderWhatIsProposedTogether() throws Exception {
        var leader = three(Cluster.settings()).leader();
        var lines = IntStream.range(0, 200).mapToObj(number -> "line " + number).toList();

        var outcomes = leader.node().propose(lines.stream().map(Ledger::command).toList()).stream()
                .map(Cluster::soon)
                .toList();

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Applied.class));
        assertThat(leader.ledger().texts()).containsExactlyElementsOf(lines);
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void appliesQuickCommandsInTheirPlaceAmongOthers() throws Exception {
        var leader = three(Cluster.settings()).leader();
        var lines = IntStream.range(0, 300)
                .mapToObj(number -> (number % 3 == 0 ? "line " : "quick ") + number)
                .toList();

        var futures = new ArrayList<CompletableFuture<Outcome<Integer>>>();
        for (var line : lines) {
            var future = leader.node().propose(Ledger.command(line));
            futures.add(future);
            if (futures.size() % 7 == 0) {
                soon(future);
            }
        }

        assertThat(futures).allSatisfy(future -> assertThat(soon(future)).isInstanceOf(Outcome.Applied.class));
        assertThat(leader.ledger().texts()).containsExactlyElementsOf(lines);
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void sendsOthersToTheLeader() throws Exception {
        three(Cluster.settings());
        var follower = cluster.follower();
        var leader = cluster.leader().node().id();
        eventually(() -> assertThat(follower.node().leader()).contains(leader));

        assertThat(soon(follower.node().propose(Ledger.command("lost")))).isEqualTo(new Outcome.NotLeader<>(leader));
        assertThat(soon(follower.node().confirmLeadership())).isEqualTo(new Confirmation.NotLeader(leader));
        assertThat(soon(follower.node().read(() -> 1))).isEqualTo(new Reading.NotLeader<>(leader));
        assertThat(soon(follower.node().transferLeadership(leader))).isEqualTo(new OrderOutcome.NotLeader(leader));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void readsWhatWasAcknowledgedBefore() throws Exception {
        var leader = three(Cluster.settings()).leader();
        for (var number = 0; number < 50; number++) {
            var proposed = (Outcome.Applied<Integer>) soon(leader.node().propose(Ledger.command("line " + number)));

            var read = (Reading.Value<Integer>)
                    soon(leader.node().read(() -> leader.ledger().lines().size()));

            assertThat(read.value()).isEqualTo(number + 1);
            assertThat(read.index()).isGreaterThanOrEqualTo(proposed.index());
        }
        assertThat(soon(cluster.follower().node().readHere(() -> "anywhere"))).isInstanceOf(Reading.Value.class);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void tellsHowItIs() throws Exception {
        var leader = three(Cluster.settings()).leader();
        cluster.propose(3);
        cluster.requireAgreement();

        var status = soon(leader.node().status());

        assertThat(status.node()).isEqualTo(leader.node().id());
        assertThat(status.raft().role()).isEqualTo(Role.LEADER);
        assertThat(status.raft().followers()).hasSize(2);
        assertThat(status.appliedIndex()).isEqualTo(status.raft().commitIndex());
        assertThat(status.unappliedBytes()).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void handsOverWhenTheLeaderIsClosed() throws Exception {
        var patient = Duration.ofSeconds(8);
        three(Cluster.settings().withRaft(Settings.standard().times(patient, Duration.ofMillis(100))));
        cluster.propose(10);
        var old = cluster.leader().node().id();

        var began = System.nanoTime();
        cluster.stop(old.name());
        var next = cluster.leaderExcept(old.name());

        // Nobody can have waited for the silence of the old one.
        assertThat(System.nanoTime() - began).isLessThan(patient.toNanos());
        assertThat(next.node().id()).isNotEqualTo(old);
        cluster.propose("after");
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void transfersLeadershipOnDemand() throws Exception {
        var old = three(Cluster.settings()).leader();
        var heir = cluster.follower().node().id();

        assertThat(soon(old.node().transferLeadership(new NodeId("stranger", 0))))
                .isEqualTo(new OrderOutcome.Refused(Reason.UNKNOWN_MEMBER));
        assertThat(soon(old.node().transferLeadership(heir))).isEqualTo(new OrderOutcome.Done());

        eventually(() -> assertThat(cluster.leader().node().id()).isEqualTo(heir));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void claimsNothingWrongWhenLeadershipMovesUnderLoad() throws Exception {
        var old = three(Cluster.settings()).leader();
        var heir = cluster.follower().node().id();
        var futures = new ArrayList<CompletableFuture<Outcome<Integer>>>();
        var transfer = CompletableFuture.<OrderOutcome>completedFuture(new OrderOutcome.Done());
        for (var number = 0; number < 2000; number++) {
            futures.add(old.node().propose(Ledger.command("line " + number)));
            if (number == 1000) {
                transfer = old.node().transferLeadership(heir);
            }
        }

        assertThat(soon(transfer)).isEqualTo(new OrderOutcome.Done());
        futures.forEach(Cluster::soon);
        eventually(() -> assertThat(cluster.leader().node().id()).isEqualTo(heir));
        cluster.requireAgreement();
        var kept = cluster.leader().ledger().texts();
        assertThat(kept).doesNotHaveDuplicates().containsAll(textsOf(futures, Outcome.Applied.class));
        assertThat(textsOf(futures, Outcome.NotLeader.class)).doesNotContainAnyElementsOf(kept);
        assertThat(textsOf(futures, Outcome.Overloaded.class)).doesNotContainAnyElementsOf(kept);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void doesNotKnowWhatBecameOfProposalsWhenTheLeaderIsCutOff() throws Exception {
        three(Cluster.settings());
        cluster.propose("before");
        var old = cluster.leader();
        cluster.cut(old.node().id().name());

        var left = proposeAtOnce(old, 10, "cut");
        var next = cluster.leaderExcept(old.node().id().name());
        soon(next.node().propose(Ledger.command("after")));

        assertThat(left).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Unknown.class));
        assertThat(soon(old.node().propose(Ledger.command("late")))).isInstanceOf(Outcome.NotLeader.class);
        cluster.heal();
        cluster.requireAgreement();
        assertThat(cluster.leader().ledger().texts()).containsExactly("before", "after");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void doesNotClaimThatWhatItCouldNotHearOfWasNotDone() throws Exception {
        three(Cluster.settings());
        cluster.propose("before");
        var old = cluster.leader();
        cluster.deafen(old.node().id().name());

        var unheard = proposeAtOnce(old, 10, "unheard");
        cluster.leaderExcept(old.node().id().name());
        cluster.heal();

        assertThat(unheard).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Unknown.class));
        cluster.requireAgreement();
        assertThat(cluster.leader().ledger().texts()).hasSize(11);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void remembersWhenOneIsStartedAgain() throws Exception {
        three(Cluster.settings());
        cluster.propose(20);
        for (var name : List.of("a", "b", "c")) {
            cluster.stop(name);
            cluster.propose("without " + name);
            cluster.start(name);
        }
        cluster.requireAgreement();
        assertThat(cluster.leader().ledger().texts()).contains("line 0", "line 19", "without a", "without c");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void remembersWhenAllAreStartedAgain() throws Exception {
        three(Cluster.settings().withRaft(Cluster.forgetful(5)).withEntriesPerSnapshot(30));
        for (var life = 0; life < 3; life++) {
            cluster.propose(50);
            cluster.requireAgreement();
            var lines = cluster.leader().ledger().lines();

            for (var name : List.of("a", "b", "c")) {
                cluster.stop(name);
            }
            for (var name : List.of("a", "b", "c")) {
                cluster.start(name);
            }

            cluster.requireAgreement();
            assertThat(cluster.leader().ledger().lines()).isEqualTo(lines);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void catchesUpFromTheLog() throws Exception {
        three(Cluster.settings().withRaft(Cluster.forgetful(0)));
        var name = cluster.follower().node().id().name();
        cluster.stop(name);
        proposeAtOnce(cluster.leader(), 500, "missed");

        var back = cluster.start(name);

        cluster.requireAgreement();
        assertThat(back.ledger().texts()).hasSize(500);
        assertThat(back.diary().restored).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void catchesUpFromASnapshot() throws Exception {
        three(Cluster.settings().withRaft(Cluster.forgetful(10)).withEntriesPerSnapshot(100));
        var name = cluster.follower().node().id().name();
        cluster.stop(name);
        var leader = cluster.leader();
        proposeAtOnce(leader, 500, "missed");
        // While one snapshot is written no other begins: how far the last one goes is a matter of time.
        eventually(() ->
                assertThat(soon(leader.node().status()).raft().snapshotIndex()).isGreaterThanOrEqualTo(100));

        var back = cluster.start(name);

        cluster.requireAgreement();
        assertThat(back.ledger().texts()).hasSize(500);
        assertThat(back.diary().restored).isNotEmpty();
        assertThat(leader.diary().failures).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void writesASnapshotOnDemandAndStartsFromIt() throws Exception {
        three(Cluster.settings());
        cluster.propose(5);
        cluster.requireAgreement();
        var index = cluster.member("a").node().appliedIndex();

        assertThat(soon(cluster.member("a").node().takeSnapshot())).isEqualTo(index);
        assertThat(soon(cluster.member("a").node().takeSnapshot())).isEqualTo(index);

        cluster.stop("a");
        assertThat(cluster.start("a").node().appliedIndex()).isEqualTo(index);
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void takesInALearnerAndLetsAMemberGo() throws Exception {
        three(Cluster.settings().withRaft(Cluster.forgetful(10)).withEntriesPerSnapshot(100));
        proposeAtOnce(cluster.leader(), 300, "before");
        var fresh = cluster.joined("d");

        change(new MemberChange.AddLearner(fresh));
        cluster.requireAgreement();
        change(new MemberChange.Promote(fresh));
        var gone = cluster.follower().node().id();
        change(new MemberChange.Remove(gone));
        cluster.stop(gone.name());

        cluster.propose("after");
        cluster.requireAgreement();
        var members = soon(cluster.leader().node().status()).raft().members();
        assertThat(members.voters()).hasSize(3);
        assertThat(cluster.member("d").ledger().texts()).hasSize(301);
        assertThat(soon(cluster.leader().node().changeMembers(new MemberChange.Remove(gone))))
                .isEqualTo(new OrderOutcome.Refused(Reason.UNKNOWN_MEMBER));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void refusesAtOnceWhatItCannotHold() throws Exception {
        three(Cluster.settings().withUnappliedBytes(1));
        cluster.propose("before");
        var leader = cluster.leader();
        eventually(
                () -> assertThat(soon(leader.node().status()).unappliedBytes()).isZero());
        leader.ledger().stop();
        var first = leader.node().propose(Ledger.command("first"));
        eventually(
                () -> assertThat(soon(leader.node().status()).unappliedBytes()).isPositive());

        var more = leader.node().propose(Ledger.command("more"));

        assertThat(more).isCompletedWithValue(new Outcome.Overloaded<>());
        assertThat(first).isNotDone();
        leader.ledger().goOn();
        assertThat(soon(first)).isInstanceOf(Outcome.Applied.class);
        cluster.requireAgreement();
        assertThat(leader.ledger().texts()).containsExactly("before", "first");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void readsAgainFromTheLogWhatItCouldNotKeep() throws Exception {
        three(Cluster.settings().withUnappliedBytes(1));
        var slow = cluster.follower();
        slow.ledger().stop();

        cluster.propose(200);
        assertThat(slow.ledger().lines()).isEmpty();
        slow.ledger().goOn();

        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void refusesCommandsThatAreTooLarge() throws Exception {
        var leader = three(Cluster.settings()).leader();
        var most = Cluster.settings().raft().maxCommandBytes();

        assertThatThrownBy(() -> leader.node().propose(new byte[most + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(soon(leader.node().propose(new byte[most]))).isInstanceOf(Outcome.Applied.class);
        cluster.requireAgreement();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void refusesMessagesInTheNameOfOthers() throws Exception {
        var node = three(Cluster.settings()).member("a").node();
        var codec = MessageCodec.of(Cluster.settings().raft());
        var forged = codec.encode(
                new Envelope(1, NodeId.founder("c"), NodeId.founder("a"), new Message.Outdated(1_000_000)));

        assertThatThrownBy(() -> node.receive("b", forged)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> node.receive("b", new byte[] {1, 2, 3})).isInstanceOf(RuntimeException.class);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void answersEverybodyWhenItIsClosed() throws Exception {
        three(Cluster.settings());
        cluster.propose("before");
        var leader = cluster.leader();
        var futures = new ArrayList<CompletableFuture<Outcome<Integer>>>();
        for (var number = 0; number < 500; number++) {
            futures.add(leader.node().propose(Ledger.command("line " + number)));
        }
        cluster.stop(leader.node().id().name());
        futures.add(leader.node().propose(Ledger.command("late")));

        assertThat(futures).allSatisfy(future -> assertThat(future).isDone());
        assertThat(futures.getLast()).isCompletedWithValue(new Outcome.NotLeader<>(null));
        assertThat(soon(leader.node().read(() -> 1))).isInstanceOf(Reading.NotLeader.class);
        assertThat(leader.node().status()).isCancelled();
        cluster.requireAgreement();
        assertThat(cluster.leader().ledger().texts()).containsAll(textsOf(futures, Outcome.Applied.class));
        assertThat(textsOf(futures, Outcome.NotLeader.class))
                .doesNotContainAnyElementsOf(cluster.leader().ledger().texts());
        assertThat(textsOf(futures, Outcome.Applied.class)).hasSize(500);
    }

    private static List<String> textsOf(List<CompletableFuture<Outcome<Integer>>> futures, Class<?> kind) {
        return IntStream.range(0, futures.size())
                .filter(number -> kind.isInstance(futures.get(number).join()))
                .mapToObj(number -> "line " + number)
                .toList();
    }

    private void change(MemberChange change) {
        eventually(() -> assertThat(soon(cluster.leader().node().changeMembers(change)))
                .isIn(
                        new OrderOutcome.Done(),
                        new OrderOutcome.Refused(Reason.ALREADY_MEMBER),
                        new OrderOutcome.Refused(Reason.UNKNOWN_MEMBER)));
    }

    private static List<Outcome<Integer>> proposeAtOnce(Member member, int count, String text) {
        var futures = new ArrayList<CompletableFuture<Outcome<Integer>>>();
        for (var number = 0; number < count; number++) {
            futures.add(member.node().propose(Ledger.command(text + " " + number)));
        }
        return futures.stream().map(Cluster::soon).toList();
    }
}
