package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not allowed is refused with its rule and its bound, and changes nothing.
class RefusalTests {

    private static final Limits STANDARD = Limits.standard();

    /// Small enough to run into.
    private static final Limits SMALL = new Limits(
            1_000, 600_000, 4, 255, 512, 8, 20, 3, 3, 2, 4, 4_096, 2, 3, 3_600_000, 60_000, 120_000, 512, 65_536, 6, 3,
            400, 4, 2);

    private final Log log = new Log(SMALL);
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");
    private Namespace.Usage before = log.namespace.usage();

    private void begin() {
        before = log.namespace.usage();
    }

    private void requireRefused(Reply reply, RefusalCode code, long bound) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        var refused = (Reply.Refused) reply;
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.bound()).isEqualTo(bound);
    }

    @AfterEach
    void keepsItsStateWhole() {
        assertThat(Log.restored(log.snapshot()).fork().digest())
                .isEqualTo(log.namespace.fork().digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "a//b",
                "..",
                "a/../b",
                "a..b",
                ".",
                "a/./b",
                "./a",
                "a/.",
                "a b",
                "a\nb",
                "a\0",
                "\u007f",
                "caf\u00e9",
                "a\\b",
                "a\"b",
                "*"
            })
    void refusesABadName(String name) {
        begin();
        requireRefused(log.lock(ann, name), RefusalCode.NAME_INVALID, 0);
        assertThat(log.namespace.usage().names()).isEqualTo(before.names());
    }

    @Test
    void refusesANameOfTenKilobytes() {
        requireRefused(log.lock(ann, "x".repeat(10_000)), RefusalCode.NAME_TOO_LONG, 255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/a", "a.b", ".hidden", "a/b/c", "orders/customer-42", "/services/x@1:80", "1~2"})
    void takesAGoodName(String name) {
        assertThat(log.lock(ann, name)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void refusesALeaseOfNothingOrAYear() {
        requireRefused(log.reply(new Command.OpenSession("", "", 0)), RefusalCode.TTL_OUT_OF_RANGE, 1_000);
        requireRefused(
                log.reply(new Command.OpenSession("", "", 31_536_000_000L)), RefusalCode.TTL_OUT_OF_RANGE, 600_000);
        requireRefused(log.reply(new Command.OpenSession("a b", "", 5_000)), RefusalCode.NAME_INVALID, 0);
        requireRefused(log.reply(new Command.OpenSession("", "a b", 5_000)), RefusalCode.NAME_INVALID, 0);
        requireRefused(log.reply(new Command.OpenSession("", Acl.ANYONE, 5_000)), RefusalCode.NAME_INVALID, 0);
    }

    @Test
    void refusesOneSessionTooMany() {
        log.open("cid");
        log.open("dan");

        requireRefused(log.reply(new Command.OpenSession("", "", 5_000)), RefusalCode.TOO_MANY_SESSIONS, 4);
        log.close(ann);
        assertThat(log.reply(new Command.OpenSession("", "", 5_000))).isInstanceOf(Reply.SessionOpened.class);
    }

    @Test
    void knowsNoSessionThatNeverWas() {
        var reply = log.lock(4_711, "door");

        assertThat(reply).isEqualTo(new Reply.NoSuchSession(4_711));
        assertThat(log.close(4_711).reply()).isEqualTo(reply);
        assertThat(log.expire(4_711).reply()).isEqualTo(reply);
        assertThat(log.reply(new Command.AckReplies(4_711, 1))).isEqualTo(reply);
        assertThat(log.reply(new Command.WaitTimeout(4_711, 1))).isEqualTo(reply);
    }

    @Test
    void refusesAWaitOrADelayOutOfRange() {
        requireRefused(log.acquire(ann, -1, Want.exclusive("a")), RefusalCode.WAIT_OUT_OF_RANGE, 3_600_000);
        requireRefused(log.acquire(ann, 3_600_001, Want.exclusive("a")), RefusalCode.WAIT_OUT_OF_RANGE, 3_600_000);
        requireRefused(log.lockWithDelay(ann, "a", -1), RefusalCode.LOCK_DELAY_OUT_OF_RANGE, 60_000);
        requireRefused(log.lockWithDelay(ann, "a", 60_001), RefusalCode.LOCK_DELAY_OUT_OF_RANGE, 60_000);
    }

    @Test
    void refusesToAcquireNothingTooManyOrTheSameTwice() {
        requireRefused(log.acquire(ann, 0), RefusalCode.NOTHING_WANTED, 0);
        requireRefused(
                log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b"), Want.exclusive("c"), Want.exclusive("d")),
                RefusalCode.TOO_MANY_WANTED,
                3);
        requireRefused(log.acquire(ann, 0, Want.exclusive("a"), Want.shared("a")), RefusalCode.DUPLICATE_NAME, 0);
        assertThat(log.namespace.usage().names()).isZero();
    }

    @Test
    void takesNothingWhenOneOfSeveralIsBusy() {
        log.lock(bob, "b");

        assertThat(log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b")))
                .isEqualTo(new Reply.Busy("b", bob, log.token("b")));
        assertThat(log.holders("a")).isEmpty();
    }

    @Test
    void refusesAnotherKindOrCapacityUnderOneName() {
        log.acquire(ann, 0, Want.permits("pool", 1, 3));

        requireRefused(log.tryLock(bob, "pool"), RefusalCode.KIND_DIFFERS, 0);
        requireRefused(log.acquire(bob, 0, Want.permits("pool", 1, 4)), RefusalCode.CAPACITY_DIFFERS, 3);
        requireRefused(log.acquire(bob, 0, Want.permits("pool", 4, 3)), RefusalCode.PERMITS_OUT_OF_RANGE, 3);
        requireRefused(log.acquire(bob, 0, Want.permits("pool", 0, 3)), RefusalCode.PERMITS_OUT_OF_RANGE, 3);
        requireRefused(log.acquire(bob, 0, Want.permits("pool", 1, 5_000)), RefusalCode.PERMITS_OUT_OF_RANGE, 4_096);
    }

    @Test
    void refusesAReaderThatWouldBecomeAWriter() {
        long token = Log.token(log.share(ann, "door"));

        requireRefused(log.lock(ann, "door"), RefusalCode.UPGRADE, token);
    }

    @Test
    void keepsAReadersPlaceApartFromItsWishToWrite() {
        long token = Log.token(log.lock(bob, "door"));
        log.share(ann, "door");
        log.lock(ann, "door");

        log.release(bob, "door", token);

        assertThat(log.namespace.lock("door").orElseThrow().holds())
                .extracting(Hold::mode)
                .containsExactly(Mode.SHARED);
        assertThat(log.queue("door")).containsExactly(ann);
    }

    @Test
    void refusesToEnterTooOftenOrToHoldTooMuch() {
        log.lock(ann, "a");
        log.lock(ann, "a");
        requireRefused(log.lock(ann, "a"), RefusalCode.TOO_MANY_REENTRIES, 2);
        log.lock(ann, "b");
        log.lock(ann, "c");
        requireRefused(log.lock(ann, "d"), RefusalCode.TOO_MANY_HOLDS, 3);
    }

    @Test
    void refusesOneNameTooMany() {
        log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b"), Want.exclusive("c"));
        log.lock(bob, "d");

        requireRefused(log.lock(bob, "e"), RefusalCode.TOO_MANY_NAMES, 4);
    }

    @Test
    void refusesOneWaiterTooMany() {
        log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b"));
        log.lock(bob, "a");
        log.lock(bob, "a");

        requireRefused(log.lock(bob, "a"), RefusalCode.TOO_MANY_WAITERS, 2);
        assertThat(log.lock(bob, "b")).isInstanceOf(Reply.Waiting.class);
        requireRefused(log.lock(bob, "b"), RefusalCode.TOO_MANY_WAITERS_IN_ALL, 3);
        assertThat(log.queue("a")).hasSize(2);
    }

    @Test
    void refusesMoreRequestsThanAreAcknowledged() {
        for (int i = 0; i < 8; i++) {
            log.tryLock(ann, "door");
        }

        requireRefused(log.tryLock(ann, "door"), RefusalCode.TOO_MANY_REQUESTS, 8);
        assertThat(log.cancel(ann, 1)).isEqualTo(new Reply.Cancelled(Reply.Cancelled.Undone.GRANT));
        log.reply(new Command.AckReplies(ann, 8));
        assertThat(log.tryLock(ann, "door")).isInstanceOf(Reply.Granted.class);
        log.reply(new Command.AckReplies(ann, 20));
        assertThat(log.namespace.usage().requests()).isZero();
    }

    @Test
    void refusesANumberThatIsAcknowledgedUsedOrNone() {
        var door = new Command.Acquire(
                new Command.Origin(ann, 1, 0), 0, List.of(Want.exclusive("door")), 0, 0, Content.EMPTY);
        log.reply(door);
        requireRefused(
                log.reply(new Command.MakeDirectory(new Command.Origin(ann, 1, 0), "/a")),
                RefusalCode.REQUEST_REUSED,
                1);
        requireRefused(
                log.reply(new Command.MakeDirectory(new Command.Origin(ann, 0, 0), "/a")),
                RefusalCode.SEQUENCE_INVALID,
                0);
        log.reply(new Command.AckReplies(ann, 1));
        requireRefused(log.reply(door), RefusalCode.REQUEST_FORGOTTEN, 1);
        assertThat(log.cancel(ann, 1)).isInstanceOf(Reply.Refused.class);
    }

    @Test
    void refusesAReleaseByOneWhoDoesNotHold() {
        long token = Log.token(log.lock(ann, "door"));

        requireRefused(log.release(bob, "door", token).reply(), RefusalCode.NOT_HELD, token);
        requireRefused(log.release(bob, "gate", token).reply(), RefusalCode.NOT_HELD, 0);
        assertThat(log.release(ann, "door", token - 1).reply()).isEqualTo(new Reply.StaleToken("door", token));
        assertThat(log.holders("door")).containsExactly(ann);
    }

    @Test
    void releasesNothingWhenOneOfSeveralIsNotHeld() {
        long token = Log.token(log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b")));

        var reply = log.reply(new Command.Release(log.next(ann), 0, List.of("a", "c"), token));

        requireRefused(reply, RefusalCode.NOT_HELD, 0);
        assertThat(log.holders("a")).containsExactly(ann);
        requireRefused(
                log.reply(new Command.Release(log.next(ann), 0, List.of("a", "a"), token)),
                RefusalCode.DUPLICATE_NAME,
                0);
        requireRefused(
                log.reply(new Command.Release(log.next(ann), 0, List.of(), token)), RefusalCode.NOTHING_WANTED, 0);
    }

    @Test
    void refusesAValueTooLongOrWithoutAnElection() {
        var origin = log.next(ann);
        requireRefused(
                log.reply(
                        new Command.Acquire(origin, 0, List.of(Want.leadership("e")), 0, 0, Content.of(new byte[513]))),
                RefusalCode.VALUE_TOO_LONG,
                512);
        requireRefused(
                log.reply(new Command.Acquire(log.next(ann), 0, List.of(Want.exclusive("e")), 0, 0, Content.of("v"))),
                RefusalCode.VALUE_WITHOUT_ELECTION,
                0);
    }

    @Test
    void refusesForceWithoutAHolderOrWithAnEssay() {
        requireRefused(log.reply(new Command.ForceRelease("door", 0, "root", "")), RefusalCode.NOT_HELD, 0);
        requireRefused(
                log.reply(new Command.ForceRelease("door", 0, "root", "x".repeat(513))),
                RefusalCode.TEXT_TOO_LONG,
                512);
        requireRefused(log.reply(new Command.ForceRelease("a b", 0, "root", "")), RefusalCode.NAME_INVALID, 0);
    }

    @Test
    void refusesToNoteAnEssayOrWhatHasNoName() {
        requireRefused(
                log.reply(new Command.Note(OperatorAct.DRAIN, "lock-1", "root", "x".repeat(513))),
                RefusalCode.TEXT_TOO_LONG,
                512);
        requireRefused(
                log.reply(new Command.Note(OperatorAct.DRAIN, "lock 1", "root", "")), RefusalCode.NAME_INVALID, 0);
        assertThat(log.namespace.audit()).isEmpty();
    }

    @Test
    void remembersTheLastForcedReleasesOnly() {
        for (int i = 0; i < 3; i++) {
            log.tryLock(ann, "door" + i);
            log.reply(new Command.ForceRelease("door" + i, 0, "root", ""));
        }

        assertThat(log.namespace.audit()).extracting(AuditEntry::name).containsExactly("door1", "door2");
    }

    @Test
    void refusesTimersThatAreNotDue() {
        log.lockWithDelay(ann, "door", 5_000);
        log.acquire(bob, 2_000, Want.exclusive("door"));

        requireRefused(log.reply(new Command.WaitTimeout(bob, 1)), RefusalCode.NOT_DUE, log.now() + 2_000);
        requireRefused(log.reply(new Command.WaitTimeout(bob, 2)), RefusalCode.NOT_WAITING, 2);
        log.expire(ann);
        requireRefused(log.reply(new Command.LockDelayEnd("door")), RefusalCode.NOT_DUE, log.now() + 5_000);
        assertThat(log.reply(new Command.LockDelayEnd("gate"))).isEqualTo(new Reply.Done());
    }

    @Test
    void refusesAnEpochThatIsNotHigher() {
        assertThat(log.reply(new Command.RaiseEpoch(3))).isEqualTo(new Reply.Done());
        requireRefused(log.reply(new Command.RaiseEpoch(3)), RefusalCode.EPOCH_NOT_HIGHER, 3);
        requireRefused(log.reply(new Command.RaiseEpoch(Long.MAX_VALUE)), RefusalCode.EPOCH_NOT_HIGHER, 3);
    }

    @Test
    void appliesNoIndexTwice() {
        var namespace = new Namespace(STANDARD, 10);
        namespace.apply(5, 0, new Command.Barrier());

        assertThatThrownBy(() -> namespace.apply(5, 0, new Command.Barrier()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void staysBoundedUnderAHundredThousandWaiters() {
        var crowd = new Log();
        var sessions = new ArrayList<Long>();
        for (int i = 0; i < 5_000; i++) {
            sessions.add(crowd.open("s" + i));
        }
        int waiting = 0;
        var refused = new ArrayList<Reply.Refused>();
        for (int i = 0; i < 100_000; i++) {
            switch (crowd.lock(sessions.get(i % 5_000), "door")) {
                case Reply.Waiting _ -> waiting++;
                case Reply.Refused no -> refused.add(no);
                default -> {}
            }
        }

        assertThat(waiting).isLessThanOrEqualTo(STANDARD.waitersPerName());
        assertThat(refused).extracting(Reply.Refused::code).contains(RefusalCode.TOO_MANY_WAITERS);
        assertThat(crowd.namespace.usage().requests()).isLessThanOrEqualTo(STANDARD.requests());
    }
}
