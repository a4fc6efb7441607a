package io.covenant.locks.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How other lock services went wrong with time and leadership.
class LeaseTrapTests {

    private final Desk desk = Desk.leading();
    private final long session = desk.open();

    @Test
    void answersNoKeepAliveByAConfirmationFromBeforeItCame() {
        desk.keepAlive(session);
        var begunBefore = desk.rounds.remove();
        var late = desk.keepAlive(session);

        desk.on(new Input.Confirmed(begunBefore.round(), new Standing.Leads(desk.term)));

        assertThat(desk.answered(late)).isFalse();
        desk.standStill(20);
        desk.on(new Input.Tick());
        assertThat(desk.rounds).hasSize(1);
    }

    @Test
    void answersNoKeepAliveOnceItIsDeposed() {
        var asked = desk.keepAlive(session);
        var round = desk.rounds.remove();
        desk.depose("lock-2");
        assertThat(desk.answer(asked)).isEqualTo(new Answer.NotPrimary("lock-2"));

        desk.on(new Input.Confirmed(round.round(), new Standing.Leads(desk.term)));
        assertThat(desk.rounds).isEmpty();
    }

    @Test
    void answersNoKeepAliveByAConfirmationOfAnotherTerm() {
        var asked = desk.keepAlive(session);
        desk.on(new Input.Confirmed(desk.rounds.remove().round(), new Standing.Leads(desk.term + 1)));

        assertThat(desk.answer(asked)).isInstanceOf(Answer.NotPrimary.class);
    }

    @Test
    void expiresNothingWithoutTheLog() {
        desk.pass(9_999);
        desk.standStill(10);
        desk.on(new Input.Tick());
        desk.depose("lock-2");
        desk.refuse(new Fate.Unknown());

        assertThat(desk.lives(session)).isTrue();
        assertThat(desk.proposals).isEmpty();
    }

    @Test
    void renewsNothingWhoseEndItHasProposed() {
        desk.pass(9_999);
        desk.standStill(10);
        desk.on(new Input.Tick());
        var late = desk.keepAlive(session);
        assertThat(desk.rounds).isEmpty();
        assertThat(desk.answered(late)).isFalse();

        desk.settle();
        assertThat(desk.reply(late)).isEqualTo(new Reply.NoSuchSession(session));
    }

    @Test
    void renewsAgainWhenTheEndWillNeverComeIntoEffect() {
        desk.pass(9_999);
        desk.standStill(10);
        desk.on(new Input.Tick());
        var late = desk.keepAlive(session);
        desk.refuse(new Fate.Overloaded());
        desk.settle();

        assertThat(desk.answer(late)).isEqualTo(new Answer.Renewed(Desk.TTL));
        assertThat(desk.lives(session)).isTrue();
    }

    @Test
    void believesALaterRenewalInTheLog() {
        desk.pass(9_999);
        desk.standStill(10);
        desk.on(new Input.Tick());
        desk.namespace.apply(
                desk.namespace.index() + 1_000,
                0,
                new Command.LeaseCheckpoint(List.of(new Command.Lease(session, 99, Desk.TTL, 0))));
        var proposal = desk.proposals.remove();
        var result = desk.namespace.apply(desk.namespace.index() + 1, proposal.timeMillis(), proposal.command());
        desk.on(new Input.Proposed(proposal.proposal(), new Fate.Done(desk.term, result)));

        assertThat(desk.lives(session)).isTrue();
        assertThat(desk.remaining(session)).isEqualTo(Desk.TTL);
    }

    @Test
    void armsAWholeLeaseAfterAnElection() {
        desk.pass(9_000);
        desk.elect();
        desk.pass(9_900);
        assertThat(desk.lives(session)).isTrue();

        desk.pass(200);
        assertThat(desk.lives(session)).isFalse();
    }

    @Test
    void answersTheFirstRenewalAfterAnElectionWhenItIsLogged() {
        var other = desk.open();
        desk.elect();
        var first = desk.keepAlive(session);
        var second = desk.keepAlive(other);
        assertThat(desk.rounds).isEmpty();
        assertThat(desk.proposals).hasSize(1);
        assertThat(desk.answered(first)).isFalse();

        desk.tell(desk.commit());
        assertThat(desk.answer(first)).isEqualTo(new Answer.Renewed(Desk.TTL));
        assertThat(desk.answered(second)).isFalse();
        desk.settle();
        assertThat(desk.answered(second)).isTrue();

        desk.proposed.clear();
        desk.keepAlive(session);
        desk.settle();
        assertThat(desk.proposed).isEmpty();
    }

    @Test
    void answersKeepAlivesThatComeBeforeItIsArmed() {
        desk.primary = new Primary(Desk.SETTINGS, 0);
        desk.on(new Input.Became(true, ++desk.term, "lock-1"));
        var early = desk.keepAlive(session);
        assertThat(desk.answered(early)).isFalse();

        desk.settle();
        assertThat(desk.answer(early)).isEqualTo(new Answer.Renewed(Desk.TTL));
    }

    @Test
    void prolongsNoDeadClientForEver() {
        int elections = 0;
        while (desk.lives(session) && elections < 200) {
            desk.pass(4_000);
            desk.elect();
            elections++;
        }

        assertThat(elections).isBetween(3, 40);
    }

    @Test
    void cutsNoLivingClientOffHoweverOftenPrimariesChange() {
        for (int elections = 0; elections < 100; elections++) {
            desk.pass(4_000);
            desk.keepAlive(session);
            desk.settle();
            desk.elect();
        }

        assertThat(desk.lives(session)).isTrue();
    }

    @Test
    void endsNobodyBecauseItStoodStillItself() {
        desk.standStill(60_000);
        desk.on(new Input.Tick());
        desk.settle();
        assertThat(desk.lives(session)).isTrue();

        var unread = desk.keepAlive(session);
        desk.settle();
        assertThat(desk.answer(unread)).isInstanceOf(Answer.Renewed.class);
        assertThat(desk.primary.figures().stalledMillis()).isGreaterThanOrEqualTo(59_000);
    }

    @Test
    void keepsTheTimeOfTheStateWhenPrimariesChange() {
        desk.pass(50_000);
        desk.open();
        var before = desk.namespace.timeMillis();
        desk.elect();
        desk.pass(1_000);
        desk.open();

        assertThat(desk.namespace.timeMillis()).isEqualTo(before + 1_000);
    }

    @Test
    void keepsThePlaceOfThoseWhoWaitedWithTheFormerPrimary() {
        var token = desk.hold(session, "a");
        var second = desk.open();
        var third = desk.open();
        var wanted = desk.acquire(second, "a", 60_000);
        var lost = desk.ask(wanted, 30_000);
        desk.settle();
        desk.depose("lock-2");
        assertThat(desk.answer(lost)).isEqualTo(new Answer.NotPrimary("lock-2"));

        desk.elect();
        var overtaking = desk.ask(desk.acquire(third, "a", 60_000), 30_000);
        desk.settle();
        var again = desk.ask(wanted, 30_000);
        desk.settle();
        desk.askAndSettle(new Command.Release(desk.origin(session), 0, List.of("a"), token));

        assertThat(desk.reply(again)).isInstanceOf(Reply.Granted.class);
        assertThat(desk.answered(overtaking)).isFalse();
    }

    @Test
    void answersNothingTwiceWhenItIsDeposedInTheMiddleOfEverything() {
        desk.hold(session, "a");
        var other = desk.open();
        desk.ask(desk.acquire(other, "a", 60_000), 30_000);
        desk.settle();
        desk.keepAlive(session);
        desk.keepAlive(other);
        desk.keepAlive(4711);
        var open = desk.ask(desk.acquire(other, "b", 60_000), 30_000);
        var done = desk.commit();

        desk.depose(null);
        desk.tell(done);
        desk.find();
        desk.confirm();

        assertThat(desk.answered(open)).isTrue();
        assertThat(desk.primary.figures().waiting()).isZero();
    }
}
