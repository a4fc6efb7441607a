package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.Plans;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every store promises.
abstract class TransactionStoreContractTests {

    final Incarnation me = Incarnation.of("coordinator-1");
    final Incarnation peer = Incarnation.of("coordinator-2");

    abstract TransactionStore store();

    /// Makes an incarnation count as alive.
    abstract void lives(Incarnation incarnation);

    /// Loses a begin record, as a crash of the database may.
    abstract void lose(TransactionId id);

    @Test
    void keepsTheFirstBeginOfATransaction() {
        var first = Begins.by(me);
        var second = Begins.by(peer, first.id());

        assertThat(store().begin(first).join()).isEqualTo(new Begun.Stored());
        assertThat(store().begin(second).join()).isEqualTo(new Begun.Taken(first.attempt()));

        assertThat(store().find(first.id())).get().satisfies(stored -> {
            assertThat(stored.begin()).isEqualTo(first);
            assertThat(stored.decision()).isNull();
            assertThat(stored.finished()).isFalse();
            assertThat(stored.register()).isEmpty();
        });
    }

    @Test
    void takesABeginTwiceForOne() {
        var begin = Begins.by(me);
        store().begin(begin).join();

        assertThat(store().begin(begin).join()).isEqualTo(new Begun.Stored());
    }

    @ParameterizedTest
    @EnumSource
    void knowsTheProtocolOfWhatOthersTakeOver(CommitProtocol protocol) {
        var begin = Begins.under(protocol, Begins.by(peer));
        store().begin(begin).join();

        assertThat(store().find(begin.id()))
                .get()
                .extracting(StoredTransaction::begin)
                .isEqualTo(begin);
    }

    @Test
    void keepsTheFirstDecision() {
        var begin = begun(me);
        var commit = commit(begin);

        var won = store().decide(commit).join();
        var lost = store().decide(Proposal.tombstone(begin.id(), new Attempt(9), now()))
                .join();
        var again = store().decide(commit).join();

        assertThat(won).isEqualTo(commit.won());
        assertThat(lost).isEqualTo(won);
        assertThat(again).isEqualTo(won);
        assertThat(store().register(begin.id())).hasValue(won);
        assertThat(store().find(begin.id())).get().satisfies(stored -> {
            assertThat(stored.decision()).isEqualTo(Decision.COMMIT);
            assertThat(stored.decidedAt()).isEqualTo(won.decidedAt());
            assertThat(stored.register()).hasValue(won);
        });
        assertThat(won.chosen().sealed())
                .containsExactlyInAnyOrder(
                        new BranchId(begin.id(), begin.attempt(), "orders"),
                        new BranchId(begin.id(), begin.attempt(), "stock"));
    }

    @Test
    void decidesWhatNobodyHasBegun() {
        var id = Plans.id();

        var held = store().decide(Proposal.tombstone(id, new Attempt(4), now())).join();

        assertThat(held.decision()).isEqualTo(Decision.ABORT);
        assertThat(held.sealed()).isEmpty();
        assertThat(store().register(id)).hasValue(held);
        assertThat(store().find(id)).isEmpty();
    }

    @Test
    void entersNoCommitWithoutItsBeginRecord() {
        var begin = begun(me);
        lose(begin.id());

        var held = store().decide(commit(begin)).join();

        assertThat(held.decision()).isEqualTo(Decision.ABORT);
        assertThat(held.attempt()).isEqualTo(begin.attempt());
    }

    @Test
    void entersNoCommitBesideTheBeginRecordOfAnotherAttempt() {
        var lost = begun(me);
        lose(lost.id());
        var other = Begins.by(peer, lost.id());
        store().begin(other).join();

        var held = store().decide(commit(lost)).join();

        assertThat(held.decision()).isEqualTo(Decision.ABORT);
        assertThat(store().decide(commit(other)).join()).isEqualTo(held);
    }

    @Test
    void decidesOnceHoweverManyPropose() {
        for (int round = 0; round < 20; round++) {
            var begin = begun(me);
            var commit = store().decide(commit(begin));
            var tombstones = new ArrayList<CompletableFuture<Register>>();
            for (int i = 0; i < 5; i++) {
                tombstones.add(store().decide(Proposal.tombstone(begin.id(), new Attempt(i), now())));
            }
            assertThat(tombstones).extracting(CompletableFuture::join).containsOnly(commit.join());
        }
    }

    @Test
    void closesAnAttemptInItsRecord() {
        var begin = begun(me);
        var refused = new BranchStatus(
                "stock",
                PrepareReply.Choice.NO,
                new Refusal("out-of-stock", "Short.", Map.of("sku", "A-1")),
                BranchState.ABORTED,
                null,
                null);
        var close = new EndRecord(
                begin.id(), begin.attempt(), me, 1, Decision.ABORT, false, List.of(refused), List.of(), now(), null);

        assertThat(store().close(close).join()).isTrue();

        assertThat(store().find(begin.id())).get().satisfies(stored -> {
            assertThat(stored.decision()).isEqualTo(Decision.ABORT);
            assertThat(stored.finished()).isFalse();
            assertThat(stored.branches()).containsExactly(refused);
        });
    }

    @Test
    void closesNothingThatIsNotThere() {
        var begin = begun(me);
        lose(begin.id());

        assertThat(store().close(Begins.end(begin, Decision.ABORT)).join()).isFalse();
    }

    @Test
    void closesNothingThatTheRegisterHasDecided() {
        var begin = begun(me);
        var held = store().decide(Proposal.tombstone(begin.id(), begin.attempt(), now()))
                .join();

        assertThat(store().close(Begins.end(begin, Decision.COMMIT)).join()).isFalse();
        assertThat(store().close(Begins.end(begin, Decision.ABORT)).join()).isFalse();
        assertThat(store().find(begin.id()))
                .get()
                .extracting(StoredTransaction::register)
                .isEqualTo(Optional.of(held));
    }

    @Test
    void takesAClosingTwiceForOne() {
        var begin = begun(me);
        var close = Begins.end(begin, Decision.COMMIT);

        assertThat(store().close(close).join()).isTrue();
        assertThat(store().close(close).join()).isTrue();
        assertThat(store().close(Begins.end(begin, Decision.ABORT)).join()).isFalse();
    }

    @Test
    void entersWhatWasClosedInPlaceOfATombstone() {
        var readOnly = begun(me);
        store().close(Begins.end(readOnly, Decision.COMMIT)).join();
        var aborted = begun(me);
        store().close(Begins.end(aborted, Decision.ABORT)).join();

        var committed = store().decide(Proposal.tombstone(readOnly.id(), readOnly.attempt(), now()))
                .join();
        var entombed = store().decide(Proposal.tombstone(aborted.id(), new Attempt(3), now()))
                .join();

        assertThat(committed.decision()).isEqualTo(Decision.COMMIT);
        assertThat(committed.sealed()).isEmpty();
        assertThat(entombed.decision()).isEqualTo(Decision.ABORT);
        assertThat(store().register(readOnly.id())).hasValue(committed);
    }

    @Test
    void closesOrEntombsAndNeverBothWays() {
        for (int round = 0; round < 50; round++) {
            var begin = begun(me);
            var closed = store().close(Begins.end(begin, Decision.COMMIT));
            var held = store().decide(Proposal.tombstone(begin.id(), begin.attempt(), now()))
                    .join();
            assertThat(held.decision()).isEqualTo(closed.join() ? Decision.COMMIT : Decision.ABORT);
        }
    }

    @Test
    void keepsAnEndRecord() {
        var begin = begun(me);
        store().decide(commit(begin)).join();
        var end = Begins.end(begin, Decision.COMMIT);

        assertThat(store().note(end).join()).isTrue();

        assertThat(store().find(begin.id())).get().satisfies(stored -> {
            assertThat(stored.finishedAt()).isEqualTo(end.finishedAt());
            assertThat(stored.hazard()).isFalse();
            assertThat(stored.timeline()).isEqualTo(end.timeline());
        });
    }

    @Test
    void ignoresWhatAnEarlierOwnerWrites() {
        var begin = begun(peer);
        lives(me);

        var claimed = store().claim(me, false, 10);

        assertThat(claimed).extracting(stored -> stored.begin().id()).contains(begin.id());
        assertThat(claimed)
                .filteredOn(stored -> stored.begin().id().equals(begin.id()))
                .singleElement()
                .satisfies(stored -> {
                    assertThat(stored.begin().owner()).isEqualTo(me);
                    assertThat(stored.begin().epoch()).isEqualTo(2);
                    assertThat(stored.begin().attempt()).isEqualTo(begin.attempt());
                });
        assertThat(store().note(Begins.end(begin, Decision.ABORT)).join()).isFalse();
        assertThat(store().close(Begins.end(begin, Decision.ABORT)).join()).isFalse();
        assertThat(store().find(begin.id()))
                .get()
                .extracting(StoredTransaction::decision)
                .isNull();
    }

    @Test
    void leavesTheTransactionsOfTheLivingAlone() {
        lives(peer);
        var theirs = begun(peer);
        var mine = begun(me);
        var over = begun(Incarnation.of("coordinator-3"));
        store().note(Begins.end(over, Decision.ABORT)).join();

        assertThat(store().claim(me, false, 1000))
                .extracting(stored -> stored.begin().id())
                .doesNotContain(theirs.id(), mine.id(), over.id());
    }

    @Test
    void claimsFromEarlierLivesOfTheSameNodeAlone() {
        var before = begun(Incarnation.of(me.node()));
        var stranger = begun(Incarnation.of("coordinator-9"));

        var claimed = store().claim(me, true, 1000);

        assertThat(claimed)
                .extracting(stored -> stored.begin().id())
                .contains(before.id())
                .doesNotContain(stranger.id());
    }

    @Test
    void findsAndReclaimsStrays() {
        var stray = begun(me);

        assertThat(store().unfinishedOf(me, now().plusSeconds(60), 100)).contains(stray.id());
        assertThat(store().unfinishedOf(me, now().minusSeconds(60), 100)).doesNotContain(stray.id());
        assertThat(store().reclaim(me, List.of(stray.id()))).singleElement().satisfies(stored -> {
            assertThat(stored.begin().epoch()).isEqualTo(2);
            assertThat(stored.begin().owner()).isEqualTo(me);
        });
    }

    @Test
    void forgetsAWithdrawnBegin() {
        var begin = begun(me);

        store().withdraw(begin);

        assertThat(store().begin(Begins.by(peer, begin.id())).join()).isEqualTo(new Begun.Stored());
    }

    @Test
    void listsByIdDownwards() {
        var ids = new ArrayList<TransactionId>();
        for (int i = 0; i < 5; i++) {
            ids.add(begun(me).id());
        }
        ids.sort((a, b) -> b.toString().compareTo(a.toString()));

        var all = store().list(new TransactionQuery(State.VOTING, null, null, 1000)).stream()
                .map(stored -> stored.begin().id())
                .filter(ids::contains)
                .toList();
        var after = store().list(new TransactionQuery(null, null, ids.get(1), 1000)).stream()
                .map(stored -> stored.begin().id())
                .filter(ids::contains)
                .toList();

        assertThat(all).isEqualTo(ids);
        assertThat(after).isEqualTo(ids.subList(2, 5));
        assertThat(store().list(new TransactionQuery(null, null, null, 2))).hasSize(2);
        assertThat(store().list(new TransactionQuery(null, now().minusSeconds(60), null, 10)))
                .extracting(stored -> stored.begin().id())
                .doesNotContainAnyElementsOf(ids);
    }

    @Test
    void listsByState() {
        var voting = begun(me);
        var committing = begun(me);
        store().decide(commit(committing)).join();
        var committed = begun(me);
        store().decide(commit(committed)).join();
        store().note(Begins.end(committed, Decision.COMMIT)).join();
        var aborted = begun(me);
        store().close(Begins.end(aborted, Decision.ABORT)).join();
        var hazard = begun(me);
        store().note(Begins.end(hazard, Decision.COMMIT, true, now())).join();

        assertThat(ids(State.VOTING)).contains(voting.id()).doesNotContain(committing.id(), aborted.id());
        assertThat(ids(State.COMMITTING)).contains(committing.id()).doesNotContain(committed.id());
        assertThat(ids(State.COMMITTED)).contains(committed.id()).doesNotContain(hazard.id());
        assertThat(ids(State.ABORTED)).contains(aborted.id()).doesNotContain(voting.id());
        assertThat(ids(State.HAZARD)).contains(hazard.id()).doesNotContain(committed.id());
        var backlog = store().backlog();
        assertThat(backlog.undecided()).isPositive();
        assertThat(backlog.unconfirmed()).isPositive();
        assertThat(backlog.hazards()).isPositive();
        assertThat(backlog.oldest()).isNotNull();
    }

    @Test
    void forgetsWhatIsLongOverAndNothingElse() {
        var long_ = Instant.parse("2001-01-01T00:00:00Z");
        var old = begun(me);
        store().decide(commit(old)).join();
        store().note(Begins.end(old, Decision.COMMIT, false, long_)).join();
        var hazard = begun(me);
        store().note(Begins.end(hazard, Decision.COMMIT, true, long_)).join();
        var unfinished = begun(me);
        store().decide(new Proposal(
                        unfinished.id(), unfinished.attempt(), Decision.ABORT, new TreeMap<>(), List.of(), long_))
                .join();
        var fresh = begun(me);
        store().note(Begins.end(fresh, Decision.ABORT)).join();
        var tombstone = Plans.id();
        store().decide(Proposal.tombstone(tombstone, new Attempt(1), long_)).join();

        int purged = store().purge(Instant.parse("2002-01-01T00:00:00Z"), 1000);

        assertThat(purged).isEqualTo(2);
        assertThat(store().find(old.id())).isEmpty();
        assertThat(store().register(old.id())).isEmpty();
        assertThat(store().register(tombstone)).isEmpty();
        assertThat(store().find(hazard.id())).isPresent();
        assertThat(store().register(unfinished.id())).isPresent();
        assertThat(store().find(fresh.id())).isPresent();
        assertThat(store().purge(Instant.parse("2002-01-01T00:00:00Z"), 1000)).isZero();
    }

    @Test
    void remembersACommitUntilEveryBranchHasConfirmedHoweverLongThatTakes() {
        var unconfirmed = begun(me);
        store().decide(commit(unconfirmed)).join();
        store().note(Begins.end(unconfirmed, Decision.COMMIT, false, null)).join();

        var _ = store().purge(Instant.parse("2201-01-01T00:00:00Z"), 10_000);

        assertThat(store().register(unconfirmed.id())).get().returns(Decision.COMMIT, Register::decision);
        assertThat(store().find(unconfirmed.id())).isPresent();
    }

    @Test
    void answers() {
        assertThat(store().answers()).isTrue();
    }

    private List<TransactionId> ids(State state) {
        return store().list(new TransactionQuery(state, null, null, 1000)).stream()
                .map(stored -> stored.begin().id())
                .toList();
    }

    private Begin begun(Incarnation owner) {
        var begin = Begins.by(owner);
        store().begin(begin).join();
        return begin;
    }

    static Proposal commit(Begin begin) {
        return new Proposal(
                begin.id(),
                begin.attempt(),
                Decision.COMMIT,
                new TreeMap<>(Map.of("orders", "orders", "stock", "inventory")),
                List.of(new Timeline.Entry(5, Timeline.Event.VOTED, "orders", "YES")),
                now());
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
