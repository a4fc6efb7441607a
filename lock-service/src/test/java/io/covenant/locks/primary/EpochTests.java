package io.covenant.locks.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Token;
import io.covenant.locks.primary.Input.Fate;
import org.junit.jupiter.api.Test;

/// A primary that must have a certain epoch, as after a restore from a backup.
class EpochTests {

    private final Desk desk = new Desk(Desk.SETTINGS.withEpoch(3));

    private static Command open() {
        return new Command.OpenSession("test", "", Desk.TTL);
    }

    @Test
    void raisesTheEpochBeforeItAnswersAnybody() {
        desk.lead();
        var opening = desk.ask(open(), 0);
        var keepAlive = desk.keepAlive(17);
        assertThat(desk.proposals).isEmpty();

        desk.settle();

        assertThat(desk.proposed.getFirst()).isEqualTo(new Command.RaiseEpoch(3));
        assertThat(desk.reply(opening))
                .isInstanceOfSatisfying(
                        Reply.SessionOpened.class,
                        opened -> assertThat(Token.epoch(opened.session())).isEqualTo(3));
        assertThat(desk.reply(keepAlive)).isInstanceOf(Reply.NoSuchSession.class);
    }

    @Test
    void givesHigherTokensThanAnyBefore() {
        var before = Desk.leading();
        var session = before.open();
        long highest = 0;
        for (var i = 0; i < 100; i++) {
            highest = before.hold(session, "door" + i);
        }

        desk.elect();

        assertThat(desk.hold(desk.open(), "door")).isGreaterThan(highest);
    }

    @Test
    void raisesNothingWhereTheEpochIsHighEnough() {
        desk.namespace.apply(1, 0, new Command.RaiseEpoch(4));
        desk.begins(1);
        desk.elect();
        desk.open();
        desk.elect();
        desk.open();

        assertThat(desk.proposed).doesNotHaveAnyElementsOfTypes(Command.RaiseEpoch.class);
    }

    @Test
    void raisesItOnceForAllElections() {
        desk.elect();
        var session = desk.open();
        desk.elect();

        assertThat(desk.lives(session)).isTrue();
        assertThat(desk.proposed)
                .filteredOn(Command.RaiseEpoch.class::isInstance)
                .hasSize(1);
    }

    @Test
    void triesAgainWhatWasRefused() {
        desk.lead();
        desk.chores();
        var opening = desk.ask(open(), 0);
        desk.refuse(new Fate.Overloaded());
        assertThat(desk.answered(opening)).isFalse();

        desk.pass(2_000);

        assertThat(desk.reply(opening)).isInstanceOf(Reply.SessionOpened.class);
    }

    @Test
    void sendsThoseWhoWaitForTheEpochToAnotherPrimary() {
        desk.lead();
        var opening = desk.ask(open(), 0);
        desk.depose("lock-2");

        assertThat(desk.answer(opening)).isEqualTo(new Answer.NotPrimary("lock-2"));
        desk.elect();
        assertThat(desk.open()).isPositive();
    }

    @Test
    void holdsSoManyAndNoMore() {
        var narrow = new Desk(Desk.SETTINGS.withEpoch(1).withWaiting(2));
        narrow.lead();
        narrow.ask(open(), 0);
        narrow.ask(open(), 0);

        assertThat(narrow.answer(narrow.ask(open(), 0))).isEqualTo(new Answer.Overloaded());
    }

    @Test
    void refusesAnEpochThatNoTokenHasRoomFor() {
        assertThatThrownBy(() -> Desk.SETTINGS.withEpoch(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Desk.SETTINGS.withEpoch(Token.MAX_EPOCH + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
