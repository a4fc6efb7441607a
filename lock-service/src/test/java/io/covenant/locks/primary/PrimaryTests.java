package io.covenant.locks.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrimaryTests {

    private final Desk desk = Desk.leading();
    private final long session = desk.open();

    // ---- sessions and leases

    @Test
    void keepsASessionThatIsRenewed() {
        for (int i = 0; i < 20; i++) {
            desk.pass(3_000);
            var keepAlive = desk.keepAlive(session);
            desk.settle();
            assertThat(desk.answer(keepAlive)).isEqualTo(new Answer.Renewed(Desk.TTL));
        }
        assertThat(desk.lives(session)).isTrue();
    }

    @Test
    void endsASessionThatIsNotRenewedAndGrantsItsLock() {
        desk.hold(session, "a");
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", Command.FOREVER), 30_000);
        desk.settle();

        desk.pass(6_000);
        desk.keepAlive(other);
        desk.pass(3_900);
        assertThat(desk.lives(session)).isTrue();
        assertThat(desk.answered(waiting)).isFalse();

        desk.pass(200);
        assertThat(desk.lives(session)).isFalse();
        assertThat(desk.reply(waiting)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void writesNothingForKeepAlives() {
        desk.proposed.clear();
        desk.keepAlive(session);
        desk.settle();

        assertThat(desk.proposed).isEmpty();
    }

    @Test
    void asksOnceForAllKeepAlivesThatCameMeanwhile() {
        var first = desk.keepAlive(session);
        var second = desk.keepAlive(session);
        var third = desk.keepAlive(session);
        assertThat(desk.rounds).hasSize(1);

        desk.confirm();
        assertThat(desk.answered(first)).isTrue();
        assertThat(desk.answered(second)).isFalse();
        assertThat(desk.rounds).isEmpty();

        desk.standStill(20);
        desk.on(new Input.Tick());
        desk.confirm();
        assertThat(desk.answer(second)).isEqualTo(new Answer.Renewed(Desk.TTL - 20));
        assertThat(desk.answered(third)).isTrue();
    }

    @Test
    void asksOnceForKeepAlivesThatCameTogether() {
        var other = desk.open();
        var tickets = desk.keepAlives(session, other);
        assertThat(desk.rounds).hasSize(1);

        desk.confirm();
        assertThat(tickets).allMatch(desk::answered);
    }

    @Test
    void asksAtOnceAfterAPause() {
        desk.keepAlive(session);
        desk.confirm();
        desk.pass(20);

        var lone = desk.keepAlive(session);
        desk.confirm();

        assertThat(desk.answered(lone)).isTrue();
    }

    @Test
    void notesRenewalsInOneEntryNowAndThen() {
        var other = desk.open();
        desk.keepAlive(session);
        desk.keepAlive(other);
        desk.settle();
        desk.proposed.clear();
        desk.pass(6_000);

        assertThat(desk.proposed).singleElement().isInstanceOfSatisfying(Command.LeaseCheckpoint.class, noted -> {
            assertThat(noted.leases()).extracting(Command.Lease::session).containsExactly(session, other);
            assertThat(noted.leases()).extracting(Command.Lease::renewSeq).containsOnly(1L);
        });
    }

    @Test
    void forgetsAnswersThatAKeepAliveAcknowledges() {
        desk.hold(session, "a");
        desk.keepAlive(session, 1);
        desk.pass(6_000);

        assertThat(desk.proposed).contains(new Command.AckReplies(session, 1));
        assertThat(desk.namespace.usage().requests()).isZero();
    }

    // ---- waits

    @Test
    void tellsAtOnceThatARequestIsQueuedWhereNobodyWaits() {
        desk.hold(session, "a");
        var other = desk.open();

        assertThat(Desk.replied(desk.askAndSettle(desk.acquire(other, "a", 60_000))))
                .isInstanceOf(Reply.Waiting.class);
    }

    @Test
    void answersAWaitWhenItIsGranted() {
        var token = desk.hold(session, "a");
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        desk.settle();
        desk.pass(2_000);

        desk.askAndSettle(new Command.Release(desk.origin(session), 0, List.of("a"), token));

        assertThat(desk.answer(waiting)).isInstanceOfSatisfying(Answer.Replied.class, answer -> {
            assertThat(answer.reply()).isInstanceOf(Reply.Granted.class);
            assertThat(answer.index()).isEqualTo(desk.namespace.index());
            assertThat(answer.remainingMillis()).isEqualTo(8_000);
        });
    }

    @Test
    void tellsTheTicketWhenPatienceEndsFirst() {
        desk.hold(session, "a");
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", 60_000), 3_000);
        desk.settle();
        desk.pass(2_900);
        assertThat(desk.answered(waiting)).isFalse();

        desk.pass(200);
        assertThat(desk.reply(waiting)).isInstanceOf(Reply.Waiting.class);
    }

    @Test
    void endsAWaitInTime() {
        desk.hold(session, "a");
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", 3_000), 30_000);
        desk.settle();
        desk.pass(2_900);
        assertThat(desk.answered(waiting)).isFalse();

        desk.pass(200);
        assertThat(desk.reply(waiting)).isInstanceOf(Reply.TimedOut.class);
    }

    @Test
    void freesALostLockWhenItsDelayIsOver() {
        var lost = new Command.Acquire(
                desk.origin(session),
                0,
                List.of(io.covenant.locks.namespace.Want.exclusive("a")),
                0,
                4_000,
                io.covenant.locks.namespace.Content.EMPTY);
        desk.askAndSettle(lost);
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        desk.settle();
        desk.pass(6_000);
        desk.keepAlive(other);
        desk.pass(4_500);
        assertThat(desk.lives(session)).isFalse();
        assertThat(desk.answered(waiting)).isFalse();

        desk.pass(4_000);
        assertThat(desk.reply(waiting)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void answersEveryComingOfOneRequest() {
        var token = desk.hold(session, "a");
        var other = desk.open();
        var wanted = desk.acquire(other, "a", 60_000);
        var first = desk.ask(wanted, 30_000);
        desk.settle();
        var again = desk.ask(wanted, 30_000);
        desk.settle();

        desk.askAndSettle(new Command.Release(desk.origin(session), 0, List.of("a"), token));

        assertThat(desk.reply(first)).isEqualTo(desk.reply(again)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void hearsTheEndOfAWaitBeforeItsBeginning() {
        var token = desk.hold(session, "a");
        var other = desk.open();
        var waiting = desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        var queued = desk.commit();
        desk.askAndSettle(new Command.Release(desk.origin(session), 0, List.of("a"), token));
        assertThat(desk.answered(waiting)).isFalse();

        desk.tell(queued);
        assertThat(desk.reply(waiting)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void keepsNoMoreWaitingThanItMay() {
        desk.hold(session, "a");
        var other = desk.open();
        desk.primary = new Primary(Desk.SETTINGS.withWaiting(1), 0);
        desk.on(new Input.Became(true, ++desk.term, "lock-1"));
        desk.settle();
        var first = desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        desk.settle();
        var second = desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        desk.settle();

        assertThat(desk.answered(first)).isFalse();
        assertThat(desk.reply(second)).isInstanceOf(Reply.Waiting.class);
    }

    // ---- refusals

    @Test
    void refusesEverythingWhereItDoesNotLead() {
        desk.depose("lock-2");

        assertThat(desk.answer(desk.ask(desk.acquire(session, "a", 0), 0))).isEqualTo(new Answer.NotPrimary("lock-2"));
        assertThat(desk.answer(desk.keepAlive(session))).isEqualTo(new Answer.NotPrimary("lock-2"));
        assertThat(desk.remaining(session)).isEqualTo(-1);
    }

    @Test
    void tellsEndedOnlyAfterAskingTheMajority() {
        var keepAlive = desk.keepAlive(4711);
        assertThat(desk.answered(keepAlive)).isFalse();

        desk.find();
        assertThat(desk.reply(keepAlive)).isEqualTo(new Reply.NoSuchSession(4711));
    }

    @Test
    void tellsWhatBecameOfAProposal() {
        var overloaded = desk.ask(desk.acquire(session, "a", 0), 0);
        desk.refuse(new Fate.Overloaded());
        var elsewhere = desk.ask(desk.acquire(session, "a", 0), 0);
        desk.refuse(new Fate.NotLeader("lock-3"));
        var unknown = desk.ask(desk.acquire(session, "a", 0), 0);
        desk.refuse(new Fate.Unknown());

        assertThat(desk.answer(overloaded)).isEqualTo(new Answer.Overloaded());
        assertThat(desk.answer(elsewhere)).isEqualTo(new Answer.NotPrimary("lock-3"));
        assertThat(desk.answer(unknown)).isEqualTo(new Answer.Unknown());
    }

    @Test
    void tellsThoseWhoWaitWhenTheSessionIsClosed() {
        var other = desk.open();
        desk.hold(other, "a");
        var waiting = desk.ask(desk.acquire(session, "a", 60_000), 30_000);
        desk.settle();

        desk.askAndSettle(new Command.CloseSession(session));

        assertThat(desk.reply(waiting)).isEqualTo(new Reply.NoSuchSession(session));
    }

    @Test
    void triesAgainWhatTheLogHadNoRoomFor() {
        desk.pass(9_999);
        desk.standStill(10);
        desk.on(new Input.Tick());
        assertThat(desk.proposals.getFirst().command()).isInstanceOf(Command.ExpireSession.class);
        desk.refuse(new Fate.Overloaded());
        assertThat(desk.lives(session)).isTrue();

        desk.pass(100);
        assertThat(desk.lives(session)).isFalse();
    }

    @Test
    void answersOverloadWithOverload() {
        var keepAlive = desk.keepAlive(session);
        desk.on(new Input.Confirmed(desk.rounds.remove().round(), new Standing.Overloaded()));

        assertThat(desk.answer(keepAlive)).isEqualTo(new Answer.Overloaded());
    }
}
