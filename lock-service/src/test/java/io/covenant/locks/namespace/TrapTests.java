package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.namespace.Reply.Cancelled;
import io.covenant.locks.namespace.Reply.Cancelled.Undone;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The ways in which lock services went wrong, as far as a state machine can.
class TrapTests {

    private final Log log = new Log();
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");
    private final long cid = log.open("cid");

    /// A paused holder: the resource refuses its token, because the next one is higher.
    @Test
    void givesTheNextHolderAHigherTokenThanThePausedOne() {
        long paused = Log.token(log.lock(ann, "door"));
        log.expire(ann);

        assertThat(Log.token(log.lock(bob, "door"))).isGreaterThan(paused);
        assertThat(log.release(ann, "door", paused).reply()).isEqualTo(new Reply.NoSuchSession(ann));
    }

    /// etcd#11456: the lease was looked at before the wait, and not after it.
    @Test
    void grantsNothingToASessionThatEndedWhileItWaited() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(bob, "door");
        log.lock(cid, "door");
        log.expire(bob);

        log.release(ann, "door", token);

        assertThat(log.holders("door")).containsExactly(cid);
    }

    @Test
    void grantsNothingToAnEndingSessionOnTheWay() {
        log.lock(ann, "door");
        log.strandAcquires(ann, 1, Command.FOREVER, Want.exclusive("door"));
        log.lock(bob, "door");

        var ended = log.close(ann);

        assertThat(log.holders("door")).containsExactly(bob);
        assertThat(ended.events())
                .noneMatch(event -> event instanceof Event.Granted granted && granted.session() == ann);
    }

    /// etcd#15247: a primary that was deposed, or slow, expires a session that has renewed since.
    @Test
    void keepsASessionThatRenewedAfterItsExpiryWasDecided() {
        log.lock(ann, "door");
        log.reply(new Command.LeaseCheckpoint(List.of(new Command.Lease(ann, 7, Log.TTL, 0))));

        var reply = log.reply(new Command.ExpireSession(ann, 6));

        assertThat(reply).isEqualTo(new Reply.Refused(RefusalCode.RENEWED, "renewal", 7));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.reply(new Command.ExpireSession(ann, 7))).isEqualTo(new Reply.Done());
        assertThat(log.holders("door")).isEmpty();
    }

    @Test
    void takesNoOlderCheckpointForANewerOne() {
        log.reply(new Command.LeaseCheckpoint(List.of(new Command.Lease(ann, 7, 9_000, 0))));
        var late = log.reply(new Command.LeaseCheckpoint(
                List.of(new Command.Lease(ann, 6, 10, 0), new Command.Lease(4_711, 1, 10, 0))));

        assertThat(late).isEqualTo(new Reply.LeasesNoted(0, 0));
        assertThat(log.namespace.session(ann).orElseThrow().leaseMillis()).isEqualTo(9_000);
    }

    /// A fail-over only extends. A session that nobody extended yet may have been renewed a moment ago.
    @Test
    void armsASessionForAWholeTtlAtTheFirstElection() {
        log.pass(9_000);
        log.reply(new Command.Barrier());

        var armed = log.namespace.timers().arm(3_000);

        assertThat(armed)
                .extracting(Timers.Armed::session, Timers.Armed::armMillis, Timers.Armed::extensionMillis)
                .contains(org.assertj.core.groups.Tuple.tuple(ann, Log.TTL, 9_000L));
    }

    /// etcd#9395: each election starts the leases anew, and a dead client's lock is never free.
    @Test
    void boundsWhatElectionsAddToALease() {
        long grace = 10_000;
        long free = 0;
        for (int elections = 0; elections < 100; elections++) {
            var armed = log.namespace.timers().arm(grace);
            log.reply(Timers.checkpoint(armed));
            if (armed.getFirst().armMillis() == 0) {
                free = log.now() - 1_000_000;
                break;
            }
            log.pass(5_000);
            log.reply(new Command.Barrier());
        }

        assertThat(free).isBetween(Limits.standard().maxExtensionMillis(), 160_000L);
    }

    @Test
    void countsExtensionsAnewAfterARenewal() {
        log.reply(Timers.checkpoint(log.namespace.timers().arm(10_000)));
        assertThat(log.namespace.session(ann).orElseThrow().extendedMillis()).isPositive();

        log.reply(new Command.LeaseCheckpoint(List.of(new Command.Lease(ann, 1, Log.TTL, 0))));

        assertThat(log.namespace.session(ann).orElseThrow().extendedMillis()).isZero();
    }

    /// The answer was lost, the grant was not.
    @Test
    void answersARepeatedAcquireAsBefore() {
        var acquire = new Command.Acquire(
                new Command.Origin(ann, 1, 0), 0, List.of(Want.exclusive("door")), 0, 0, Content.EMPTY);
        var first = log.reply(acquire);

        assertThat(log.reply(acquire)).isEqualTo(first);
        assertThat(log.namespace.lock("door").orElseThrow().heldBy(new Owner(ann, 0)))
                .extracting(hold -> hold.requests().size())
                .isEqualTo(1);
        log.restart();
        assertThat(log.reply(acquire)).isEqualTo(first);
    }

    @Test
    void answersARepeatedReleaseAsBeforeAndReleasesOnce() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(ann, "door");
        var release = new Command.Release(new Command.Origin(ann, 3, 0), 0, List.of("door"), token);

        assertThat(log.reply(release)).isEqualTo(log.reply(release));
        assertThat(log.holders("door")).containsExactly(ann);
    }

    /// A primary that is gone leaves its queue: the one who asks again keeps its place.
    @Test
    void keepsThePlaceOfAWaiterThatAttachesAnew() {
        log.lock(ann, "door");
        var waits = new Command.Acquire(
                new Command.Origin(bob, 1, 0), 0, List.of(Want.exclusive("door")), Command.FOREVER, 0, Content.EMPTY);
        var first = log.reply(waits);
        log.lock(cid, "door");

        log.restart();

        assertThat(log.reply(waits)).isEqualTo(first);
        assertThat(log.queue("door")).containsExactly(bob, cid);
    }

    @Test
    void answersARepeatedWaitWithTheGrantThatCameMeanwhile() {
        long token = Log.token(log.lock(ann, "door"));
        var waits = new Command.Acquire(
                new Command.Origin(bob, 1, 0), 0, List.of(Want.exclusive("door")), Command.FOREVER, 0, Content.EMPTY);
        log.reply(waits);
        long granted = log.release(ann, "door", token).index();

        assertThat(log.reply(waits))
                .isEqualTo(new Reply.Granted(List.of(new Reply.Grant("door", Mode.EXCLUSIVE, granted, 1))));
    }

    /// jetcd#291: a lock granted to one who has given up, and everybody else stuck.
    @Test
    void takesBackAWaiterOrAGrantWhicheverItIs() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(bob, "door");
        log.lock(cid, "door");

        assertThat(log.cancel(bob, 1)).isEqualTo(new Cancelled(Undone.WAITER));
        log.release(ann, "door", token);
        assertThat(log.holders("door")).containsExactly(cid);
        log.lock(ann, "door");
        assertThat(log.cancel(cid, 1)).isEqualTo(new Cancelled(Undone.GRANT));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.cancel(cid, 1)).isEqualTo(new Cancelled(Undone.NOTHING));
    }

    @Test
    void cancelsOneEntryOfAHoldAndNoOther() {
        log.lock(ann, "door");
        log.lock(ann, "door");

        assertThat(log.cancel(ann, 2)).isEqualTo(new Cancelled(Undone.GRANT));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.cancel(ann, 2)).isEqualTo(new Cancelled(Undone.NOTHING));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.cancel(ann, 1)).isEqualTo(new Cancelled(Undone.GRANT));
        assertThat(log.holders("door")).isEmpty();
    }

    /// The answer to the re-entry was lost, its cancel is under way, and the release of the first entry is faster:
    /// it must not pass for the release of the second.
    @Test
    void cancelsAReentryThatAReleaseOvertook() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(ann, "door");
        log.lock(bob, "door");

        assertThat(log.release(ann, "door", token).reply()).isEqualTo(new Reply.Released(List.of(1)));
        log.restart();
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.cancel(ann, 2)).isEqualTo(new Cancelled(Undone.GRANT));

        assertThat(log.holders("door")).containsExactly(bob);
    }

    /// The other way round: it is the first entry that is cancelled, and the second that was released.
    @Test
    void cancelsAFirstEntryAfterTheReleaseOfItsReentry() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(ann, "door");
        log.release(ann, "door", token);

        assertThat(log.cancel(ann, 1)).isEqualTo(new Cancelled(Undone.GRANT));
        assertThat(log.holders("door")).isEmpty();
    }

    @Test
    void keepsWhatWasEnteredAgainBetweenTheReleaseAndTheCancel() {
        long token = Log.token(log.lock(ann, "door"));
        log.lock(ann, "door");
        log.release(ann, "door", token);
        log.lock(ann, "door");

        assertThat(log.cancel(ann, 2)).isEqualTo(new Cancelled(Undone.GRANT));
        assertThat(log.holders("door")).containsExactly(ann);
        assertThat(log.release(ann, "door", token).reply()).isEqualTo(new Reply.Released(List.of(0)));
        assertThat(log.holders("door")).isEmpty();
    }

    /// Who enters and leaves a lock that it holds all day does not make the state grow.
    @Test
    void remembersNoRequestOfAHoldThatNobodyCanCancel() {
        long token = Log.token(log.lock(ann, "door"));
        for (int i = 0; i < 1_000; i++) {
            long acked = log.lastSeq(ann);
            log.reply(new Command.Acquire(
                    new Command.Origin(ann, acked + 1, acked),
                    0,
                    List.of(Want.exclusive("door")),
                    0,
                    0,
                    Content.EMPTY));
            log.reply(new Command.Release(new Command.Origin(ann, acked + 2, acked + 1), 0, List.of("door"), token));
            log.next(ann);
            log.next(ann);
        }

        assertThat(log.namespace.lock("door").orElseThrow().heldBy(new Owner(ann, 0)))
                .satisfies(hold -> {
                    assertThat(hold.count()).isEqualTo(1);
                    assertThat(hold.requests()).hasSizeLessThan(3);
                });
    }

    @Test
    void forestallsARequestThatItsCancelOvertook() {
        assertThat(log.reply(new Command.Cancel(new Command.Origin(ann, 2, 0), 1)))
                .isEqualTo(new Cancelled(Undone.UNSEEN));

        var late = log.reply(new Command.Acquire(
                new Command.Origin(ann, 1, 0), 0, List.of(Want.exclusive("door")), 0, 0, Content.EMPTY));

        assertThat(late).isEqualTo(new Cancelled(Undone.UNSEEN));
        assertThat(log.holders("door")).isEmpty();
    }

    @Test
    void givesATimedOutWaiterNothingLater() {
        long token = Log.token(log.lock(ann, "door"));
        log.acquire(bob, 1_000, Want.exclusive("door"));
        log.pass(1_000);
        log.reply(new Command.WaitTimeout(bob, 1));

        log.release(ann, "door", token);

        assertThat(log.holders("door")).isEmpty();
    }

    @Test
    void letsAGrantWinOverALateTimeOut() {
        long token = Log.token(log.lock(ann, "door"));
        log.acquire(bob, 1_000, Want.exclusive("door"));
        log.pass(1_000);
        log.release(ann, "door", token);

        assertThat(log.reply(new Command.WaitTimeout(bob, 1)))
                .isEqualTo(new Reply.Refused(RefusalCode.NOT_WAITING, "request", 1));
        assertThat(log.holders("door")).containsExactly(bob);
    }

    /// Time comes from the log alone, and never goes back.
    @Test
    void neverTurnsItsTimeBack() {
        var namespace = new Namespace(Limits.standard(), 10);

        assertThat(namespace.apply(1, 5_000, new Command.Barrier()).timeMillis())
                .isEqualTo(5_000);
        assertThat(namespace.apply(2, 1_000, new Command.Barrier()).timeMillis())
                .isEqualTo(5_000);
    }

    @Test
    void keepsTheLockDelayThroughARestart() {
        log.lockWithDelay(ann, "door", 5_000);
        log.lock(bob, "door");
        log.expire(ann);
        log.restart();

        assertThat(log.holders("door")).isEmpty();
        assertThat(log.tryLock(cid, "door")).isInstanceOf(Reply.Busy.class);
        var due = log.namespace.timers().next().orElseThrow();
        assertThat(due.command()).isEqualTo(new Command.LockDelayEnd("door"));
        log.pass(5_000);
        log.reply(due.command());
        assertThat(log.holders("door")).containsExactly(bob);
        assertThat(log.namespace.timers().next()).isEmpty();
    }

    @Test
    void refusesATryDuringTheLockDelayAndGrantsItAfter() {
        log.lockWithDelay(ann, "door", 5_000);
        log.expire(ann);

        assertThat(log.tryLock(bob, "door")).isEqualTo(new Reply.Delayed("door", log.now() + 5_000));
        log.pass(5_000);
        assertThat(log.tryLock(bob, "door")).isInstanceOf(Reply.Granted.class);
        assertThat(log.namespace.timers().next()).isEmpty();
    }

    @Test
    void holdsALostReadersPlaceAgainstWritersOnly() {
        log.reply(new Command.Acquire(log.next(ann), 0, List.of(Want.shared("door")), 0, 5_000, Content.EMPTY));
        log.expire(ann);

        assertThat(log.tryLock(bob, "door")).isInstanceOf(Reply.Delayed.class);
        assertThat(log.share(bob, "door")).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void givesAForcedHolderNothingOfItsLostHold() {
        long token = Log.token(log.lockWithDelay(ann, "door", 5_000));
        log.reply(new Command.ForceRelease("door", token, "root", ""));

        assertThat(log.tryLock(ann, "door")).isInstanceOf(Reply.Delayed.class);
        assertThat(log.release(ann, "door", token).reply()).isInstanceOf(Reply.Refused.class);
        assertThat(log.namespace.holds(new Sequencer("door", Mode.EXCLUSIVE, token)))
                .isFalse();
    }

    /// etcd#16028: a restore moves the log back, and tokens are given out twice.
    @Test
    void givesHigherTokensAfterARestoreThatRaisedTheEpoch() {
        var backup = log.snapshot();
        long before = 0;
        for (int i = 0; i < 50; i++) {
            before = Log.token(log.lock(ann, "door" + i));
        }

        var restored = Log.restored(backup);
        long index = restored.index();
        restored.apply(index + 1, log.now(), new Command.RaiseEpoch(restored.epoch() + 1));
        var opened = restored.apply(index + 2, log.now(), new Command.OpenSession("new", "", 10_000));
        long session = ((Reply.SessionOpened) opened.reply()).session();
        var granted = restored.apply(
                index + 3,
                log.now(),
                new Command.Acquire(
                        new Command.Origin(session, 1, 0), 0, List.of(Want.exclusive("door")), 0, 0, Content.EMPTY));

        assertThat(session).isGreaterThan(before);
        assertThat(Log.token(granted.reply())).isGreaterThan(before).isEqualTo(Token.of(1, index + 3));
        assertThat(Log.restored(Log.snapshot(restored)).epoch()).isEqualTo(1);
    }

    /// What was granted after the backup is not in it: a session that lived on would share its locks with others.
    @Test
    void endsAllSessionsWhenTheEpochIsRaised() {
        long held = Log.token(log.lockWithDelay(ann, "door", 5_000));
        log.lock(bob, "door");
        log.lock(bob, "window");
        log.lock(ann, "window");

        var raised = log.apply(new Command.RaiseEpoch(1));

        assertThat(raised.events())
                .noneMatch(Event.Granted.class::isInstance)
                .contains(
                        new Event.SessionEnded(raised.index(), ann, Event.Cause.EPOCH_RAISED),
                        new Event.SessionEnded(raised.index(), bob, Event.Cause.EPOCH_RAISED),
                        new Event.Released(raised.index(), ann, "door", held, Event.Cause.EPOCH_RAISED));
        assertThat(log.tryLock(ann, "window")).isEqualTo(new Reply.NoSuchSession(ann));
        long cid = log.open("cid");
        assertThat(log.tryLock(cid, "door")).isInstanceOf(Reply.Delayed.class);
        assertThat(log.tryLock(cid, "window")).isInstanceOf(Reply.Granted.class);
    }

    /// curator#1121: after an expiry the same client takes the lock of its own former session for its own.
    @Test
    void takesANewSessionOfTheSameClientForAnotherOne() {
        log.lockWithDelay(ann, "door", 5_000);
        long again = log.open("ann");

        assertThat(log.tryLock(again, "door")).isInstanceOf(Reply.Busy.class);
        log.expire(ann);
        assertThat(log.tryLock(again, "door")).isInstanceOf(Reply.Delayed.class);
    }

    /// A release wakes one writer, not the crowd.
    @Test
    void wakesOneOfAThousandWaiters() {
        long token = Log.token(log.lock(ann, "door"));
        LongStream.range(0, 1_000).forEach(i -> log.lock(log.open("s" + i), "door"));

        var released = log.release(ann, "door", token);

        assertThat(released.events())
                .filteredOn(Event.Granted.class::isInstance)
                .hasSize(1);
        assertThat(log.queue("door")).hasSize(999);
        assertThat(log.holders("door")).hasSize(1);
    }
}
