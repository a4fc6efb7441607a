package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.CoordinatorsSite.Known;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every coordinators' site keeps to.
@Timeout(120)
abstract class CoordinatorsSiteContractTests {

    private static final SortedMap<String, String> SERVICES =
            new TreeMap<>(java.util.Map.of("orders", "orders", "stock", "inventory"));

    private final Incarnation me = Incarnation.of("coordinator-1");

    abstract TransactionStore store();

    /// As a crash of the database may, which forgets what was not forced.
    abstract void loseRecord(Begin begin);

    @Test
    void preCommitsInTheFirstElectionBesideTheBeginRecord() {
        var begin = begun();

        assertThat(ask(begin, preCommit(begin, Election.FIRST))).isInstanceOf(Input.Accepted.class);
        assertThat(standing(begin).position()).isEqualTo(Position.PRE_COMMITTED);
        assertThat(standing(begin).sealed())
                .containsExactlyElementsOf(commit(begin).sealed());
        assertThat(ask(begin, preCommit(begin, Election.FIRST))).isInstanceOf(Input.Accepted.class);
    }

    @Test
    void writesWhatItLearnsWhereClientsLook() {
        var begin = begun();
        ask(begin, preCommit(begin, Election.FIRST));
        var timeline = List.of(new Timeline.Entry(7, Timeline.Event.BEGUN, null, null));

        var register = learn(begin, timeline);

        assertThat(register.decision()).isEqualTo(Decision.COMMIT);
        assertThat(register.attempt()).isEqualTo(begin.attempt());
        assertThat(register.sealed()).isEqualTo(SERVICES);
        assertThat(store().register(begin.id())).contains(register);
        assertThat(standing(begin).decided()).contains(commit(begin));
        assertThat(learn(begin, List.of())).isEqualTo(register);
    }

    @Test
    void closesARecordWhoeverOwnsIt() {
        var begin = begun();
        ask(begin, new Request.Elect(new Election(2, 3)));
        var others =
                Begins.end(Begins.by(Incarnation.of("coordinator-2"), begin.id(), begin.attempt()), Decision.ABORT);

        assertThat(store().site().close(others)).isTrue();

        assertThat(store().find(begin.id()).orElseThrow().decision()).isEqualTo(Decision.ABORT);
        assertThat(standing(begin).position()).isEqualTo(Position.ABORTED);
        assertThat(ask(begin, preCommit(begin, Election.FIRST))).isInstanceOf(Input.Refused.class);
        assertThat(store().site().close(others)).isTrue();
    }

    @Test
    void takesPartInElectionsAlsoOfWhatItNeverHeardOf() {
        var unknown = Begins.by(me);
        assertThat(store().site().read(unknown.id(), unknown.attempt())).isEqualTo(Known.NOTHING);

        assertThat(ask(unknown, new Request.Elect(new Election(2, -9))))
                .isEqualTo(new Input.Elected(
                        new io.covenant.transactions.threephase.Site.Coordinators(),
                        new Election(2, -9),
                        new Standing(new Election(2, -9), Election.NONE, Position.WAITING, new java.util.TreeSet<>())));
        assertThat(store().site().read(unknown.id(), unknown.attempt()).heardOf())
                .isTrue();
        assertThat(store().site().read(unknown.id(), new Attempt(77))).isEqualTo(new Known(Standing.NEW, true));
    }

    // Refusals.

    @Test
    void doesNotBeginToCommitWithoutTheRecordOfTheAttempt() {
        var lost = begun();
        loseRecord(lost);
        assertThat(ask(lost, preCommit(lost, Election.FIRST))).isInstanceOf(Input.Refused.class);

        var other = begun(Begins.by(me, lost.id()));
        assertThat(ask(lost, preCommit(lost, Election.FIRST))).isInstanceOf(Input.Refused.class);
        assertThat(ask(other, preCommit(other, Election.FIRST))).isInstanceOf(Input.Accepted.class);
    }

    @Test
    void doesNotBeginToCommitWhatTheRegisterAborts() {
        var begin = begun();
        store().decide(tombstone(begin)).join();
        assertThat(ask(begin, preCommit(begin, Election.FIRST))).isInstanceOf(Input.Refused.class);
    }

    @Test
    void refusesWhatIsBelowTheHighestElection() {
        var begin = begun();
        ask(begin, new Request.Elect(new Election(3, 5)));
        assertThat(ask(begin, preCommit(begin, Election.FIRST)))
                .isInstanceOfSatisfying(
                        Input.Refused.class,
                        refused -> assertThat(refused.standing().lastElected()).isEqualTo(new Election(3, 5)));
        assertThat(ask(begin, new Request.Elect(new Election(3, 4)))).isInstanceOf(Input.Refused.class);
    }

    @Test
    void putsUpNoTombstoneBesideAPreCommit() {
        var begin = begun();
        ask(begin, preCommit(begin, Election.FIRST));

        assertThat(store().decide(tombstone(begin)))
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(StoreUnavailableException.class);
        assertThat(store().register(begin.id())).isEmpty();

        ask(begin, new Request.Attempt(new Election(4, 4), Outcome.ABORT));
        assertThat(store().decide(tombstone(begin)).join().decision()).isEqualTo(Decision.ABORT);
    }

    @Test
    void doesNotSpoilOtherTombstones() {
        var preCommitted = begun();
        ask(preCommitted, preCommit(preCommitted, Election.FIRST));
        var others = new ArrayList<java.util.concurrent.CompletableFuture<Register>>();
        var stuck = store().decide(tombstone(preCommitted));
        for (int i = 0; i < 10; i++) {
            others.add(store().decide(tombstone(begun())));
        }
        assertThat(others).allSatisfy(one -> assertThat(one.join().decision()).isEqualTo(Decision.ABORT));
        assertThat(stuck)
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class);
    }

    @Test
    void doesNotCloseWhatTheRegisterHolds() {
        var begin = begun();
        ask(begin, preCommit(begin, Election.FIRST));
        learn(begin, List.of());
        assertThat(store().site().close(Begins.end(begin, Decision.ABORT))).isFalse();
        assertThat(standing(begin).position()).isEqualTo(Position.COMMITTED);

        var lost = begun();
        loseRecord(lost);
        assertThat(store().site().close(Begins.end(lost, Decision.ABORT))).isFalse();
    }

    @Test
    void forgetsWhereItStoodWithTheTransaction() {
        var begin = begun();
        ask(begin, preCommit(begin, Election.FIRST));
        learn(begin, List.of());
        store().note(Begins.end(begin, Decision.COMMIT)).join();
        var unfinished = begun();
        ask(unfinished, preCommit(unfinished, Election.FIRST));

        var _ = store().purge(java.time.Instant.parse("2201-01-01T00:00:00Z"), 10_000);

        assertThat(store().site().read(begin.id(), begin.attempt())).isEqualTo(Known.NOTHING);
        assertThat(standing(unfinished).position()).isEqualTo(Position.PRE_COMMITTED);
    }

    // Races.

    @RepeatedTest(5)
    void letsEitherThePreCommitOrTheTombstoneWin() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            var begin = begun();
            var go = new CountDownLatch(1);
            var said = new AtomicReference<Input>();
            var thread = Thread.startVirtualThread(() -> {
                await(go);
                said.set(ask(begin, preCommit(begin, Election.FIRST)));
            });
            go.countDown();
            var buried = store().decide(tombstone(begin)).handle((register, _) -> register != null);
            thread.join();
            assertThat(buried.join()).isEqualTo(said.get() instanceof Input.Refused);
        }
    }

    @Test
    void obeysOnlyTheHighestOfManyWhoStandAtOnce() throws InterruptedException {
        var begin = begun();
        var elected = new ConcurrentLinkedQueue<Election>();
        var threads = new ArrayList<Thread>();
        for (int by = 0; by < 12; by++) {
            var election = new Election(2 + by % 3, by);
            threads.add(Thread.startVirtualThread(() -> {
                if (ask(begin, new Request.Elect(election)) instanceof Input.Elected) {
                    elected.add(election);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(Collections.max(elected)).isEqualTo(standing(begin).lastElected());
        assertThat(standing(begin).lastElected()).isEqualTo(new Election(4, 11));
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody goes");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Begin begun() {
        return begun(Begins.by(me));
    }

    private Begin begun(Begin begin) {
        store().begin(begin).join();
        return begin;
    }

    private Input ask(Begin begin, Request request) {
        return store().site().ask(begin.id(), begin.attempt(), request);
    }

    private Standing standing(Begin begin) {
        return store().site().read(begin.id(), begin.attempt()).standing();
    }

    private Register learn(Begin begin, List<Timeline.Entry> timeline) {
        return store().site().learn(begin.id(), begin.attempt(), commit(begin), SERVICES, timeline, begin.createdAt());
    }

    private static Request preCommit(Begin begin, Election election) {
        return new Request.Attempt(election, commit(begin));
    }

    private static Outcome commit(Begin begin) {
        return Outcome.commit(begin.branchIds());
    }

    private static Proposal tombstone(Begin begin) {
        return Proposal.tombstone(begin.id(), begin.attempt(), begin.createdAt());
    }
}
