package io.covenant.locks.session;

import static io.covenant.locks.session.Play.TTL;
import static io.covenant.locks.session.Play.cancelled;
import static io.covenant.locks.session.Play.granted;
import static io.covenant.locks.session.Play.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.locks.wire.Cancelled.Undone;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.SessionView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The client's side of the traps of leased locks, one by one.
class SessionCoreTests {

    @Test
    void opensASessionAcquiresAndReleases() {
        var play = Play.opened();

        long ask = play.acquire("a", 0);
        play.answer(play.last(Call.Perform.class), granted("a", 11));
        long release = play.ask(new Operation.Release(1, List.of("a"), 11), -1);
        play.answer(play.last(Call.Perform.class), new Released(List.of(0)));

        assertThat(play.states()).containsExactly(SessionState.SAFE);
        assertThat(play.outcome(ask)).contains(new Outcome.Held(granted("a", 11)));
        assertThat(play.outcome(release)).contains(new Outcome.Done(new Released(List.of(0))));
    }

    @Test
    void sendsWhatWasAskedForBeforeTheSessionWasOpen() {
        var play = new Play();
        play.feed(new SessionInput.Open(play.now()));
        long ask = play.acquire("a", 0);
        assertThat(play.unanswered(Call.Perform.class)).isEmpty();

        play.answer(play.last(Call.Open.class), new SessionOpened(7, TTL, 0, TTL / 3));

        play.answer(play.last(Call.Perform.class), granted("a", 11));
        assertThat(play.outcome(ask)).isPresent();
    }

    @Test
    void sendsAKeepAliveEachThirdOfTheLeaseCountedFromTheSending() {
        var play = Play.opened().after(TTL / 3);
        var first = play.last(Call.KeepAlive.class);
        play.after(400);
        play.keepAlive(first);

        play.after(TTL / 3 - 401);
        assertThat(play.unanswered(Call.KeepAlive.class)).isEmpty();
        play.after(1);

        assertThat(play.last(Call.KeepAlive.class).call()).isEqualTo(new Call.KeepAlive(7, 2, 0));
    }

    @Test
    void countsTheLeaseFromTheSendingAndNotFromTheAnswer() {
        var play = Play.opened().after(TTL / 3);
        var keepAlive = play.last(Call.KeepAlive.class);
        var sent = play.now();
        play.after(1_000);

        play.keepAlive(keepAlive);

        long trusted = (long) (TTL * 0.99) - 250;
        assertThat(play.core.lease().remainingMillis(play.now())).isEqualTo(trusted - 1_000);
        assertThat(play.core.lease().covers(new Moment(sent.plusMillis(trusted), sent.wallMillis() + trusted)))
                .isFalse();
    }

    @Test
    void trustsNoLongerThanTheServiceSaysIsLeft() {
        var play = Play.opened().after(TTL);

        play.answer(play.last(Call.KeepAlive.class), new KeptAlive(3_000, 1));

        assertThat(play.core.lease().remainingMillis(play.now())).isBetween(1L, 2_720L);
    }

    @Test
    void isInJeopardyWhenTheLeaseRanOutAndSafeWhenItIsConfirmed() {
        var play = Play.opened().after(TTL);
        assertThat(play.core.state()).isEqualTo(SessionState.JEOPARDY);
        assertThat(play.core.lease().covers(play.now())).isFalse();

        play.keepAlive(play.last(Call.KeepAlive.class));

        assertThat(play.states()).containsExactly(SessionState.SAFE, SessionState.JEOPARDY, SessionState.SAFE);
        assertThat(play.core.lease().covers(play.now())).isTrue();
    }

    @Test
    void neverTrustsALeaseThatAMachineSleptThrough() {
        var play = Play.opened().after(TTL / 3);
        var beforeTheSleep = play.last(Call.KeepAlive.class);
        play.suspendedFor(60_000);
        assertThat(play.core.lease().covers(play.now())).isFalse();

        play.keepAlive(beforeTheSleep);

        assertThat(play.core.state()).isEqualTo(SessionState.JEOPARDY);
        play.after(2_000);
        play.keepAlive(play.last(Call.KeepAlive.class));
        assertThat(play.core.state()).isEqualTo(SessionState.SAFE);
    }

    @Test
    void asksAgainWhenTheWallClockIsSetBack() {
        var play = Play.opened();
        play.suspendedFor(-3_600_000);
        play.feed(new SessionInput.Ticked(play.now()));

        assertThat(play.core.state()).isEqualTo(SessionState.JEOPARDY);
        play.keepAlive(play.last(Call.KeepAlive.class));
        assertThat(play.core.state()).isEqualTo(SessionState.SAFE);
    }

    @Test
    void doesNotTellAGrantThatComesWhenTheLeaseRanOut() {
        var play = Play.opened();
        long ask = play.acquire("a", 60_000);
        var acquire = play.last(Call.Perform.class);
        play.stoppedFor(TTL);

        play.answer(acquire, granted("a", 11));

        assertThat(play.core.state()).isEqualTo(SessionState.JEOPARDY);
        assertThat(play.outcome(ask)).isEmpty();
        play.keepAlive(play.last(Call.KeepAlive.class));
        assertThat(play.outcome(ask)).contains(new Outcome.Held(granted("a", 11)));
    }

    @Test
    void takesBackAGrantThatCannotBeToldInTime() {
        var play = Play.opened();
        long ask = play.acquire("a", 5_000);
        var acquire = play.last(Call.Perform.class);
        play.stoppedFor(TTL);
        play.answer(acquire, granted("a", 11));

        assertThat(play.outcome(ask)).contains(new Outcome.TimedOut());
        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Cancel(1));
    }

    @Test
    void neverTellsAGrantOfASessionThatEnded() {
        var play = Play.opened();
        long ask = play.acquire("a", 60_000);
        var acquire = play.last(Call.Perform.class);
        play.stoppedFor(TTL);
        play.answer(acquire, granted("a", 11));

        play.answer(play.last(Call.KeepAlive.class), new Answer.SessionGone(1));

        assertThat(play.outcome(ask).orElseThrow()).isInstanceOf(Outcome.SessionEnded.class);
        assertThat(play.core.state()).isEqualTo(SessionState.EXPIRED);
    }

    @Test
    void staysEndedForGood() {
        var play = Play.opened().after(TTL / 3);
        var keepAlive = play.last(Call.KeepAlive.class);
        play.answer(keepAlive, new Answer.SessionGone(1));

        play.feed(new SessionInput.Answered(play.now(), keepAlive.number(), new Answer.Done(1, new KeptAlive(TTL, 1))));
        long ask = play.acquire("a", 0);

        assertThat(play.core.state()).isEqualTo(SessionState.EXPIRED);
        assertThat(play.outcome(ask).orElseThrow()).isInstanceOf(Outcome.SessionEnded.class);
        assertThat(play.core.wakeAtNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void givesASessionUpWhenJeopardyOutlastsTheGrace() {
        var play = Play.opened();
        long ask = play.acquire("a", -1);

        play.after(TTL + 30_000);

        assertThat(play.states()).containsExactly(SessionState.SAFE, SessionState.JEOPARDY, SessionState.EXPIRED);
        assertThat(play.outcome(ask).orElseThrow()).isInstanceOf(Outcome.SessionEnded.class);
        assertThat(play.unanswered(Call.class)).isEmpty();
    }

    @Test
    void asksAgainUnderTheSameNumberWhenAnAnswerIsLost() {
        var play = Play.opened();
        long ask = play.acquire("a", 0);
        var first = play.last(Call.Perform.class);

        play.answer(first, (Answer) new Answer.Silence("reset"));
        play.after(50);

        var second = play.last(Call.Perform.class);
        assertThat(second.node()).isNotEqualTo(first.node());
        assertThat(((Call.Perform) second.call()).seq()).isEqualTo(((Call.Perform) first.call()).seq());
        play.answer(second, granted("a", 11));
        assertThat(play.outcome(ask)).isPresent();
    }

    @Test
    void acknowledgesOnlyAnswersThatItHas() {
        var play = Play.opened();
        play.acquire("a", 0);
        var first = play.last(Call.Perform.class);
        play.acquire("b", 0);
        var second = play.last(Call.Perform.class);
        play.answer(second, granted("b", 12));
        play.acquire("c", 0);
        assertThat(play.lastPerform().ackUpTo()).isZero();

        play.answer(first, granted("a", 13));
        play.acquire("d", 0);

        assertThat(play.lastPerform().ackUpTo()).isEqualTo(2);
    }

    @Test
    void takesAnAcquireBackThatNobodyWaitsFor() {
        var play = Play.opened();
        long ask = play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), (Answer) new Answer.Waits(1, new Queued(3, 1)));
        play.after(200);

        play.feed(new SessionInput.Withdrawn(play.now(), ask));

        assertThat(play.unanswered(Call.Perform.class)).hasSize(1);
        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Cancel(1));
        assertThat(play.lastPerform().ackUpTo()).isZero();
        play.answer(play.last(Call.Perform.class), cancelled(Undone.GRANT));
        play.acquire("b", 0);
        assertThat(play.lastPerform().ackUpTo()).isEqualTo(2);
        assertThat(play.outcome(ask)).isEmpty();
    }

    @Test
    void cancelsUntilItIsAnswered() {
        var play = Play.opened();
        long ask = play.acquire("a", -1);
        play.feed(new SessionInput.Withdrawn(play.now(), ask));

        for (int i = 0; i < 5; i++) {
            play.answer(play.last(Call.Perform.class), (Answer) new Answer.Silence("reset"));
            play.after(1_000);
            assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Cancel(1));
        }
    }

    @Test
    void keepsItsPlaceThroughAFailOver() {
        var play = Play.opened();
        long ask = play.acquire("a", -1);
        var waiting = play.last(Call.Perform.class);
        play.after(TTL / 3);
        var keepAlive = play.last(Call.KeepAlive.class);
        play.answer(keepAlive, (Answer) new Answer.Silence("connection refused"));
        play.after(20);
        var elsewhere = play.last(Call.KeepAlive.class);
        assertThat(elsewhere.node()).isNotEqualTo(keepAlive.node());

        play.answer(elsewhere, (Answer) new Answer.Done(2, new KeptAlive(TTL, 2)));

        var attached = play.last(Call.Perform.class);
        assertThat(attached.node()).isEqualTo(elsewhere.node());
        assertThat(((Call.Perform) attached.call()).seq()).isEqualTo(((Call.Perform) waiting.call()).seq());
        play.answer(attached, (Answer) new Answer.Done(2, granted("a", 11)));
        assertThat(play.outcome(ask)).isPresent();
    }

    @Test
    void isNotLedAstrayByAFormerPrimary() {
        var play = Play.opened();
        play.acquire("a", -1);
        var atTheOld = play.last(Call.Perform.class);
        play.after(TTL / 3);
        play.answer(play.last(Call.KeepAlive.class), (Answer) new Answer.Redirected("http://new"));
        play.answer(play.last(Call.KeepAlive.class), (Answer) new Answer.Done(5, new KeptAlive(TTL, 1)));
        assertThat(play.core.node()).isEqualTo("http://new");

        play.answer(atTheOld, (Answer) new Answer.Waits(1, new Queued(1, 1)));

        assertThat(play.core.node()).isEqualTo("http://new");
    }

    @Test
    void followsToThePrimaryAndRemembersIt() {
        var play = Play.opened();
        play.acquire("a", 0);
        var asked = play.last(Call.Perform.class);
        play.answer(asked, (Answer) new Answer.Redirected("http://primary"));
        play.after(0);
        assertThat(play.last(Call.Perform.class).node()).isEqualTo("http://primary");
        play.answer(play.last(Call.Perform.class), (Answer) new Answer.Done(3, granted("a", 1)));

        play.acquire("b", 0);

        assertThat(play.last(Call.Perform.class).node()).isEqualTo("http://primary");
    }

    @Test
    void doesNotRunInCirclesWithNodesThatPointToEachOther() {
        var play = Play.opened();
        play.ask(new Operation.Acquire(1, List.of(io.covenant.locks.wire.Want.exclusive("a")), -1, 0, null), 1_000);
        int sendings = 0;
        for (int millis = 0; millis < 1_000; millis++) {
            play.after(1);
            for (var send : play.unanswered(Call.Perform.class)) {
                sendings++;
                play.answer(send, (Answer) new Answer.Redirected("http://" + (sendings % 2 == 0 ? "a" : "b")));
            }
        }
        assertThat(sendings).isBetween(5, 60);
    }

    @Test
    void waitsAsLongAsANodeWishes() {
        var play = Play.opened();
        play.acquire("a", 60_000);
        play.answer(
                play.last(Call.Perform.class), (Answer) new Answer.Unavailable(700, null, true, "too many requests"));

        play.after(699);
        assertThat(play.unanswered(Call.Perform.class)).isEmpty();
        play.after(200);

        assertThat(play.unanswered(Call.Perform.class)).hasSize(1);
    }

    @Test
    void sendsAnotherKeepAliveElsewhereWhenOneStaysUnansweredAndStillTakesItsAnswer() {
        var play = Play.opened().after(TTL / 3);
        var first = play.last(Call.KeepAlive.class);
        play.after(1_500);
        assertThat(play.unanswered(Call.KeepAlive.class)).hasSize(2);
        assertThat(play.last(Call.KeepAlive.class).node()).isNotEqualTo(first.node());

        play.keepAlive(first);

        assertThat(play.core.lease().remainingMillis(play.now())).isEqualTo((long) (TTL * 0.99) - 250 - 1_500);
    }

    @Test
    void tellsATimedOutWaitFromAServiceThatDoesNotAnswer() {
        var play = Play.opened();
        long waits = play.acquire("a", 500);
        play.answer(play.last(Call.Perform.class), refused(423, "timed-out"));
        long silent = play.acquire("b", 500);
        play.after(1_600);

        assertThat(play.outcome(waits)).contains(new Outcome.TimedOut());
        assertThat(play.outcome(silent).orElseThrow()).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void tellsTheServiceHowLongItStillWaits() {
        var play = Play.opened();
        play.acquire("a", 20_000);
        assertThat(play.lastPerform().waitMillis()).isEqualTo(20_000);
        assertThat(play.lastPerform().openMillis()).isEqualTo(10_000);
        play.after(2_000);

        play.answer(play.last(Call.Perform.class), (Answer) new Answer.Waits(1, new Queued(1, 0)));
        play.after(0);

        assertThat(play.lastPerform().waitMillis()).isEqualTo(18_000);
    }

    @Test
    void doesNotHammerAServiceThatKeepsNoRequestOpen() {
        var play = Play.opened();
        play.acquire("a", 20_000);
        for (int i = 0; i < 3; i++) {
            play.answer(play.last(Call.Perform.class), (Answer) new Answer.Waits(1, new Queued(1, 0)));
            play.after(99);
            assertThat(play.unanswered(Call.Perform.class)).isEmpty();
            play.after(1);
        }
        assertThat(play.unanswered(Call.Perform.class)).hasSize(1);
    }

    @Test
    void passesOverOneThatWaitsForLongAndFindsItsGrantAgain() {
        var play = Play.opened();
        long office = play.acquire("office", -1);
        play.answer(play.last(Call.Perform.class), (Answer) new Answer.Waits(1, new Queued(1, 0)));
        play.after(150);
        var attached = play.last(Call.Perform.class);
        pile(play, Numbers.PILE + 1);
        assertThat(play.lastPerform().ackUpTo()).isGreaterThan(30);

        play.answer(attached, refused(409, "request-forgotten"));
        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Inspect());
        play.answer(play.last(Call.Perform.class), view(1));
        play.after(10);
        play.keepAlive(play.last(Call.KeepAlive.class));

        assertThat(play.outcome(office).orElseThrow()).isInstanceOf(Outcome.Held.class);
    }

    @Test
    void givesBackAForgottenGrantThatNobodyWaitsFor() {
        var play = Play.opened();
        long office = play.acquire("office", -1);
        play.answer(play.last(Call.Perform.class), (Answer) new Answer.Waits(1, new Queued(1, 0)));
        play.after(150);
        pile(play, Numbers.PILE + 1);

        play.feed(new SessionInput.Withdrawn(play.now(), office));
        play.answer(play.last(Call.Perform.class), cancelled(Undone.NOTHING));
        play.after(0);
        play.answer(play.last(Call.Perform.class), view(1));
        play.after(0);

        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Release(1, List.of("office"), 99));
    }

    private static void pile(Play play, int answers) {
        for (int i = 0; i < answers; i++) {
            play.acquire("b" + i, 0);
            if (i < answers - 1) {
                play.answer(play.last(Call.Perform.class), granted("b" + i, 100 + i));
            }
        }
    }

    private static SessionView view(long request) {
        var held = new SessionView.Held(
                "office", LockMode.EXCLUSIVE, 1, 99, "v1:exclusive:99:office", 1, List.of(request));
        return new SessionView(7, "play", TTL, TTL, List.of(held), List.of());
    }

    @Test
    void leavesRoomForReleasesWhenManyWait() {
        var play = Play.opened();
        for (int i = 0; i < 300; i++) {
            play.acquire("a", -1);
        }
        assertThat(play.unanswered(Call.Perform.class)).hasSize(Errands.MOST_ACQUIRES);

        play.ask(new Operation.Release(1, List.of("z"), 4), -1);

        assertThat(play.lastPerform().operation()).isInstanceOf(Operation.Release.class);
        play.answer(play.unanswered(Call.Perform.class).getFirst(), granted("a", 5));
        assertThat(play.unanswered(Call.Perform.class)).hasSize(Errands.MOST_ACQUIRES + 1);
    }

    @Test
    void closesTheSessionAndGivesEverythingUp() {
        var play = Play.opened();
        long ask = play.acquire("a", -1);

        play.feed(new SessionInput.Closed(play.now()));

        assertThat(play.outcome(ask)).contains(new Outcome.SessionEnded("closed"));
        assertThat(play.core.state()).isEqualTo(SessionState.CLOSED);
        assertThat(play.core.finished()).isFalse();
        play.answer(play.last(Call.Close.class), new Object());
        assertThat(play.core.finished()).isTrue();
    }

    @Test
    void doesNotCloseForEver() {
        var play = Play.opened();
        play.feed(new SessionInput.Closed(play.now()));

        play.after(2_000);

        assertThat(play.core.finished()).isTrue();
        assertThat(play.unanswered(Call.Close.class)).isEmpty();
    }

    @Test
    void tellsEverybodyWhenTheServiceRefusesTheSession() {
        var play = new Play();
        play.feed(new SessionInput.Open(play.now()));
        long before = play.acquire("a", 0);

        play.answer(play.last(Call.Open.class), refused(400, "ttl-out-of-range"));

        long after = play.acquire("a", 0);
        assertThat(play.outcome(before).orElseThrow()).isInstanceOf(Outcome.Refused.class);
        assertThat(play.outcome(after).orElseThrow()).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void triesEveryNodeToOpenASession() {
        var play = new Play();
        play.feed(new SessionInput.Open(play.now()));
        List<String> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var open = play.last(Call.Open.class);
            nodes.add(open.node());
            play.answer(open, (Answer) new Answer.Silence("connection refused"));
            play.after(20);
        }
        assertThat(nodes).containsExactlyInAnyOrder("http://a", "http://b", "http://c");
    }

    @Test
    void refusesSettingsThatLeaveNoTimeForAKeepAlive() {
        assertThatThrownBy(() -> new SessionSettings("", List.of("http://a"), 1_000, 0.1, 500, 0, 1, 1, 1, 0))
                .hasMessageContaining("two keep-alives");
        assertThatThrownBy(() -> SessionSettings.of("", List.of(), 1_000, 0)).hasMessageContaining("no node");
    }

    // ---- the events tell the end of a wait

    private static Play following() {
        var play = Play.opened();
        play.feed(new SessionInput.Following(play.now(), play.core.node()));
        return play;
    }

    private static void told(Play play, long seq, LockEvent.Settled.Outcome outcome) {
        var grants =
                outcome == LockEvent.Settled.Outcome.GRANTED ? granted("a", 11).grants() : null;
        play.feed(new SessionInput.Told(play.now(), 11, new LockEvent.Settled(seq, outcome, grants, null)));
    }

    private static boolean isHeld(Play play, long ask) {
        return play.outcome(ask).orElse(null) instanceof Outcome.Held(var granted)
                && granted.grants().equals(granted("a", 11).grants());
    }

    @Test
    void asksOnceAndHearsByTheEventsThatItsTurnHasCome() {
        var play = following();
        long ask = play.acquire("a", -1);
        assertThat(play.lastPerform().openMillis()).isZero();
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));
        play.after(2_000);
        assertThat(play.unanswered(Call.Perform.class)).isEmpty();

        told(play, 1, LockEvent.Settled.Outcome.GRANTED);

        assertThat(isHeld(play, ask)).isTrue();
    }

    @Test
    void hearsByTheEventsThatTheWaitIsOver() {
        var play = following();
        long ask = play.acquire("a", 5_000);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));

        told(play, 1, LockEvent.Settled.Outcome.TIMED_OUT);

        assertThat(play.outcome(ask)).contains(new Outcome.TimedOut());
    }

    @Test
    void asksAgainForWhatAnEventDoesNotSay() {
        var play = following();
        long ask = play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));

        told(play, 1, LockEvent.Settled.Outcome.DEADLOCK);
        play.answer(play.last(Call.Perform.class), refused(409, "deadlock"));

        assertThat(play.outcome(ask).orElseThrow()).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void asksAgainAfterAWhileThoughItHearsNothing() {
        var play = following();
        play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));

        play.after(2_900);
        play.keepAlive(play.after(200).last(Call.KeepAlive.class));
        for (int i = 0; i < 3; i++) {
            play.after(3_000).unanswered(Call.KeepAlive.class).forEach(play::keepAlive);
        }

        assertThat(play.lastPerform().seq()).isEqualTo(1);
    }

    @Test
    void asksAgainWhenTheEventsAreNoLongerHeard() {
        var play = following();
        play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));

        play.feed(new SessionInput.Following(play.now(), null));

        assertThat(play.lastPerform().seq()).isEqualTo(1);
        assertThat(play.lastPerform().openMillis()).isPositive();
    }

    @Test
    void doesNotRelyOnTheEventsOfAnotherNodeThanTheOneItAsks() {
        var play = Play.opened();
        play.feed(new SessionInput.Following(play.now(), "http://elsewhere"));

        play.acquire("a", -1);

        assertThat(play.lastPerform().openMillis()).isPositive();
    }

    @Test
    void takesAGrantThatIsToldBeforeItsAnswerAndOnlyOnce() {
        var play = following();
        long ask = play.acquire("a", -1);
        var send = play.last(Call.Perform.class);

        told(play, 1, LockEvent.Settled.Outcome.GRANTED);
        play.answer(send, new Answer.Waits(1, new Queued(1, 0)));
        told(play, 1, LockEvent.Settled.Outcome.GRANTED);

        assertThat(isHeld(play, ask)).isTrue();
        assertThat(play.seen).filteredOn(SessionEffect.Settle.class::isInstance).hasSize(1);
        assertThat(play.unanswered(Call.Perform.class)).isEmpty();
    }

    @Test
    void givesBackWhatIsToldAfterNobodyWantsItAnyMore() {
        var play = following();
        long ask = play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));
        play.feed(new SessionInput.Withdrawn(play.now(), ask));

        told(play, 1, LockEvent.Settled.Outcome.GRANTED);

        assertThat(play.outcome(ask)).isEmpty();
        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Cancel(1));
        assertThat(play.lastPerform().ackUpTo()).isZero();
    }

    @Test
    void tellsAGrantOfTheEventsOnlyWhileTheLeaseIsCertain() {
        var play = following();
        long ask = play.acquire("a", -1);
        play.answer(play.last(Call.Perform.class), new Answer.Waits(1, new Queued(1, 0)));
        play.stoppedFor(TTL);

        told(play, 1, LockEvent.Settled.Outcome.GRANTED);
        assertThat(play.core.state()).isEqualTo(SessionState.JEOPARDY);
        assertThat(play.outcome(ask)).isEmpty();
        play.keepAlive(play.last(Call.KeepAlive.class));

        assertThat(isHeld(play, ask)).isTrue();
    }

    // ---- many at once

    @Test
    void leavesRoomForTheOneThatIsNotAnswered() {
        var play = Play.opened();
        play.acquire("first", 0);
        var first = play.last(Call.Perform.class);
        for (int i = 0; i < 400; i++) {
            play.acquire("a" + i, 0);
            for (var send : play.unanswered(Call.Perform.class)) {
                if (!send.equals(first)) {
                    play.answer(send, refused(423, "busy"));
                }
            }
        }
        long sent = play.seen.stream()
                .filter(effect -> effect instanceof SessionEffect.Send send && send.call() instanceof Call.Perform)
                .count();
        assertThat(sent).isEqualTo(Errands.MOST_UNACKNOWLEDGED);

        play.answer(first, refused(423, "busy"));

        assertThat(play.unanswered(Call.Perform.class)).isNotEmpty();
        assertThat(play.lastPerform().ackUpTo()).isEqualTo(Errands.MOST_UNACKNOWLEDGED);
    }

    @Test
    void takesBackTheFirstThoughThereIsNoRoomForMore() {
        var play = Play.opened();
        long ask = play.acquire("first", 0);
        var first = play.last(Call.Perform.class);
        for (int i = 0; i < 400; i++) {
            play.acquire("a" + i, 0);
            for (var send : play.unanswered(Call.Perform.class)) {
                if (!send.equals(first)) {
                    play.answer(send, refused(423, "busy"));
                }
            }
        }

        play.feed(new SessionInput.Withdrawn(play.now(), ask));

        assertThat(play.lastPerform().operation()).isEqualTo(new Operation.Cancel(1));
    }

    @Test
    void takesAnswersThatCameTogetherAsOneStep() {
        var play = Play.opened();
        long one = play.acquire("a", 0);
        long two = play.acquire("b", 0);
        var sent = play.unanswered(Call.Perform.class);

        var effects = play.core.on(sent.stream()
                .map(send -> new SessionInput.Answered(play.now(), send.number(), new Answer.Done(1, granted("a", 11))))
                .toList());

        assertThat(effects)
                .containsExactly(
                        new SessionEffect.Settle(one, new Outcome.Held(granted("a", 11))),
                        new SessionEffect.Settle(two, new Outcome.Held(granted("a", 11))));
    }
}
