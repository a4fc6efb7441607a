package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Two sessions and one lock, then more of both.
class SessionsAndLocksTests {

    private final Log log = new Log();
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");
    private final long cid = log.open("cid");

    @Test
    void grantsAFreeLockWithATokenOfTheEntry() {
        var reply = log.lock(ann, "door");

        assertThat(reply)
                .isEqualTo(
                        new Reply.Granted(List.of(new Reply.Grant("door", Mode.EXCLUSIVE, log.namespace.index(), 1))));
        assertThat(log.holders("door")).containsExactly(ann);
    }

    @Test
    void grantsTheWaiterOnReleaseWithAHigherToken() {
        long first = Log.token(log.lock(ann, "door"));
        assertThat(log.lock(bob, "door")).isInstanceOf(Reply.Waiting.class);

        var released = log.release(ann, "door", first);

        long index = released.index();
        assertThat(released.reply()).isEqualTo(new Reply.Released(List.of(0)));
        assertThat(log.holders("door")).containsExactly(bob);
        assertThat(log.token("door")).isEqualTo(index).isGreaterThan(first);
        assertThat(released.events())
                .contains(
                        new Event.Released(index, ann, "door", first, Event.Cause.RELEASED),
                        new Event.Granted(index, bob, 1, "door", Mode.EXCLUSIVE, index),
                        new Event.Settled(
                                index,
                                bob,
                                1,
                                new Reply.Granted(List.of(new Reply.Grant("door", Mode.EXCLUSIVE, index, 1)))));
    }

    @Test
    void letsReadersShareAndAWriterWait() {
        log.share(ann, "door");
        log.share(bob, "door");
        log.lock(cid, "door");

        assertThat(log.holders("door")).containsExactly(ann, bob);
        assertThat(log.queue("door")).containsExactly(cid);
    }

    @Test
    void letsNoReaderOvertakeAWaitingWriter() {
        log.share(ann, "door");
        log.lock(bob, "door");

        assertThat(log.share(cid, "door")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.queue("door")).containsExactly(bob, cid);
    }

    @Test
    void grantsTheReadersInFrontTogether() {
        long dan = log.open("dan");
        long eve = log.open("eve");
        long first = Log.token(log.lock(ann, "door"));
        log.share(bob, "door");
        log.share(cid, "door");
        log.lock(dan, "door");
        log.share(eve, "door");

        log.release(ann, "door", first);

        assertThat(log.holders("door")).containsExactly(bob, cid);
        assertThat(log.queue("door")).containsExactly(dan, eve);
    }

    @Test
    void countsTheHoldsOfOneSession() {
        long first = Log.token(log.lock(ann, "door"));
        var again = log.lock(ann, "door");
        log.lock(bob, "door");

        assertThat(again).isEqualTo(new Reply.Granted(List.of(new Reply.Grant("door", Mode.EXCLUSIVE, first, 2))));
        assertThat(log.release(ann, "door", first).reply()).isEqualTo(new Reply.Released(List.of(1)));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.release(ann, "door", first).reply()).isEqualTo(new Reply.Released(List.of(0)));
        assertThat(log.holders("door")).containsExactly(bob);
    }

    @Test
    void letsAWriterReadWhatItHolds() {
        long token = Log.token(log.lock(ann, "door"));

        assertThat(log.share(ann, "door"))
                .isEqualTo(new Reply.Granted(List.of(new Reply.Grant("door", Mode.EXCLUSIVE, token, 2))));
    }

    @Test
    void keepsTheStrandsOfASessionApart() {
        log.strandAcquires(ann, 1, Command.FOREVER, Want.exclusive("door"));

        assertThat(log.strandAcquires(ann, 2, Command.FOREVER, Want.exclusive("door")))
                .isInstanceOf(Reply.Waiting.class);
    }

    @Test
    void tellsAHolderThatSomebodyWaits() {
        long token = Log.token(log.lock(ann, "door"));

        var waits = log.apply(new Command.Acquire(
                log.next(bob), 0, List.of(Want.exclusive("door")), Command.FOREVER, 0, Content.EMPTY));

        assertThat(waits.events()).containsExactly(new Event.Contended(waits.index(), ann, "door", token));
    }

    @Test
    void acquiresAllNamesOrWaitsForAllOfThem() {
        long token = Log.token(log.lock(ann, "b"));

        var waits = log.acquire(bob, Command.FOREVER, Want.exclusive("c"), Want.exclusive("b"), Want.shared("a"));

        assertThat(waits).isInstanceOf(Reply.Waiting.class);
        assertThat(log.holders("a")).isEmpty();
        assertThat(log.holders("c")).isEmpty();
        long index = log.release(ann, "b", token).index();
        assertThat(log.namespace.session(bob).orElseThrow().requests().find(1))
                .extracting(Requests.Entry::reply)
                .isEqualTo(new Reply.Granted(List.of(
                        new Reply.Grant("a", Mode.SHARED, index, 1),
                        new Reply.Grant("b", Mode.EXCLUSIVE, index, 1),
                        new Reply.Grant("c", Mode.EXCLUSIVE, index, 1))));
    }

    @Test
    void releasesSeveralNamesAtOnce() {
        long token = Log.token(log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b")));
        log.acquire(bob, Command.FOREVER, Want.exclusive("b"), Want.exclusive("a"));

        log.apply(new Command.Release(log.next(ann), 0, List.of("a", "b"), token));

        assertThat(log.holders("a")).containsExactly(bob);
        assertThat(log.holders("b")).containsExactly(bob);
    }

    @Test
    void acquiresAllAlthoughItHoldsSomeWhileOthersWaitForThose() {
        log.lock(ann, "a");
        long token = Log.token(log.lock(bob, "b"));
        log.lock(cid, "a");
        log.acquire(ann, Command.FOREVER, Want.exclusive("a"), Want.exclusive("b"));

        log.release(bob, "b", token);

        assertThat(log.holders("b")).containsExactly(ann);
        assertThat(log.queue("a")).containsExactly(cid);
    }

    @Test
    void countsThePermitsOfASemaphore() {
        log.acquire(ann, 0, Want.permits("pool", 2, 3));
        log.acquire(bob, 0, Want.permits("pool", 1, 3));
        var waits = log.acquire(cid, Command.FOREVER, Want.permits("pool", 1, 3));

        assertThat(waits).isInstanceOf(Reply.Waiting.class);
        log.close(bob);
        assertThat(log.holders("pool")).containsExactly(ann, cid);
    }

    @Test
    void letsNobodyOvertakeOneWhoWantsManyPermits() {
        long token = Log.token(log.acquire(ann, 0, Want.permits("pool", 2, 3)));
        log.acquire(bob, Command.FOREVER, Want.permits("pool", 3, 3));

        assertThat(log.acquire(cid, 0, Want.permits("pool", 1, 3))).isInstanceOf(Reply.Busy.class);
        log.release(ann, "pool", token);
        assertThat(log.holders("pool")).containsExactly(bob);
    }

    @Test
    void electsTheNextCandidateWhenTheLeaderResigns() {
        long first = Log.token(campaign(ann, "ann:8080"));
        campaign(bob, "bob:8080");
        assertThat(log.namespace.leader("sweeper").orElseThrow().value()).isEqualTo(Content.of("ann:8080"));

        var resigned = log.release(ann, "sweeper", first);

        assertThat(log.namespace.leader("sweeper").orElseThrow().value()).isEqualTo(Content.of("bob:8080"));
        assertThat(resigned.events())
                .contains(new Event.Granted(resigned.index(), bob, 1, "sweeper", Mode.LEADER, resigned.index()));
    }

    private Reply campaign(long session, String value) {
        return log.reply(new Command.Acquire(
                log.next(session), 0, List.of(Want.leadership("sweeper")), Command.FOREVER, 0, Content.of(value)));
    }

    @Test
    void verifiesTheSequencerOfAHolder() {
        var grant = ((Reply.Granted) log.lock(ann, "door")).grants().getFirst();
        var shown = grant.sequencer().toString();
        var sequencer = Sequencer.parse(shown).orElseThrow();

        assertThat(shown).isEqualTo("v1:exclusive:" + grant.token() + ":door");
        assertThat(log.namespace.holds(sequencer)).isTrue();
        log.release(ann, "door", grant.token());
        assertThat(log.namespace.holds(sequencer)).isFalse();
    }

    @Test
    void readsNoSequencerFromSomethingElse() {
        for (var text : List.of(
                "",
                "v1",
                "v1:exclusive:1:",
                "v1:exclusive:0:door",
                "v1:exclusive:-1:door",
                "v2:exclusive:1:door",
                "v1:EXCLUSIVE:1:door",
                "v1:exclusive:99999999999999999999:door",
                "v1:exclusive:9999999999999999999:door")) {
            assertThat(Sequencer.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void passesOnWhatAClosedSessionHeld() {
        log.lockWithDelay(ann, "door", 5_000);
        log.lock(bob, "door");

        log.close(ann);

        assertThat(log.holders("door")).containsExactly(bob);
        assertThat(log.namespace.session(ann)).isEmpty();
    }

    @Test
    void endsAWaitAtItsDeadline() {
        log.lock(ann, "door");
        log.acquire(bob, 2_000, Want.exclusive("door"));
        assertThat(log.namespace.timers().next().orElseThrow().atMillis()).isEqualTo(log.now() + 2_000);
        assertThat(log.namespace.timers().due(log.now() + 1_999, 10)).isEmpty();

        log.pass(2_000);
        var due = log.namespace.timers().due(log.now(), 10);
        var ended = log.apply(due.getFirst());

        assertThat(due).containsExactly(new Command.WaitTimeout(bob, 1));
        assertThat(ended.events()).containsExactly(new Event.Settled(ended.index(), bob, 1, new Reply.TimedOut()));
        assertThat(log.queue("door")).isEmpty();
        assertThat(log.namespace.timers().next()).isEmpty();
    }

    @Test
    void takesALockByForceAndWritesItDown() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(bob, "door");

        var forced = log.apply(new Command.ForceRelease("door", token, "root", "ann is on leave"));

        assertThat(log.holders("door")).containsExactly(bob);
        var entry = log.namespace.audit().getLast();
        assertThat(entry.act()).isEqualTo(OperatorAct.FORCE_RELEASE);
        assertThat(entry.stamp()).isEqualTo(forced.index());
        assertThat(entry.timeMillis()).isEqualTo(log.now());
        assertThat(List.of(entry.name(), entry.by(), entry.reason()))
                .containsExactly("door", "root", "ann is on leave");
        assertThat(entry.former()).containsExactly(ann);
        assertThat(forced.events())
                .contains(new Event.Released(forced.index(), ann, "door", token, Event.Cause.FORCED));
        assertThat(log.reply(new Command.ForceRelease("door", token, "root", "once more")))
                .isEqualTo(new Reply.StaleToken("door", forced.index()));
    }

    @Test
    void forgetsANameThatNobodyUses() {
        long token = Log.token(log.lock(ann, "door"));
        log.release(ann, "door", token);

        assertThat(log.namespace.usage().names()).isZero();
    }
}
