package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlockTests {

    private final Log log = new Log();
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");
    private final long cid = log.open("cid");

    private static Reply.Step step(long session, String name) {
        return new Reply.Step(new Owner(session, 0), name);
    }

    @Test
    void letsTheYoungestSessionGiveWay() {
        log.lock(ann, "a");
        log.lock(bob, "b");
        log.lock(ann, "b");

        assertThat(log.lock(bob, "a")).isEqualTo(new Reply.Deadlock(List.of(step(bob, "a"), step(ann, "b"))));
        assertThat(log.queue("a")).isEmpty();
        assertThat(log.queue("b")).containsExactly(ann);
    }

    @Test
    void letsTheYoungestGiveWayAlthoughAnOlderOneClosesTheCircle() {
        log.lock(ann, "a");
        log.lock(bob, "b");
        log.lock(cid, "c");
        log.lock(bob, "c");
        log.lock(cid, "a");

        var reply = log.apply(
                new Command.Acquire(log.next(ann), 0, List.of(Want.exclusive("b")), Command.FOREVER, 0, Content.EMPTY));

        assertThat(reply.reply()).isInstanceOf(Reply.Waiting.class);
        assertThat(reply.events())
                .contains(new Event.Settled(
                        reply.index(),
                        cid,
                        2,
                        new Reply.Deadlock(List.of(step(ann, "b"), step(bob, "c"), step(cid, "a")))));
        assertThat(log.queue("a")).isEmpty();
    }

    @Test
    void leavesStrandsInPeaceThatHoldNothing() {
        log.strandAcquires(ann, 1, 0, Want.exclusive("a"));
        log.strandAcquires(bob, 1, 0, Want.exclusive("b"));
        log.strandAcquires(ann, 2, Command.FOREVER, Want.exclusive("b"));

        assertThat(log.strandAcquires(bob, 2, Command.FOREVER, Want.exclusive("a")))
                .isInstanceOf(Reply.Waiting.class);
    }

    @Test
    void findsACircleThroughAQueue() {
        log.share(ann, "a");
        log.lock(bob, "b");
        log.lock(cid, "a");
        log.share(bob, "a");

        // ann would wait for bob, who waits behind cid, who waits for ann.
        assertThat(log.lock(ann, "b")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.namespace.session(cid).orElseThrow().requests().find(1))
                .extracting(Requests.Entry::reply)
                .isInstanceOf(Reply.Deadlock.class);
        assertThat(log.holders("a")).containsExactly(ann, bob);
    }

    @Test
    void findsACircleThroughASecondWishOfOneWhoHoldsNothing() {
        log.lock(cid, "a");
        log.lock(bob, "b");
        log.lock(ann, "a");
        log.lock(bob, "a");

        // ann would wait for bob, who waits behind her first wish.
        assertThat(log.lock(ann, "b")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.namespace.session(bob).orElseThrow().requests().find(2))
                .extracting(Requests.Entry::reply)
                .isInstanceOf(Reply.Deadlock.class);
        assertThat(log.queue("a")).containsExactly(ann);
    }

    @Test
    void findsACircleThroughOneWhoWantsSeveralNames() {
        log.lock(ann, "a");
        log.lock(bob, "b");
        log.acquire(bob, Command.FOREVER, Want.exclusive("a"), Want.exclusive("c"));

        assertThat(log.lock(ann, "b")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.namespace.session(bob).orElseThrow().requests().find(2))
                .extracting(Requests.Entry::reply)
                .isInstanceOf(Reply.Deadlock.class);
    }

    @Test
    void findsACircleThatBeganWithALoss() {
        log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b"));
        log.strandAcquires(ann, 1, 0, Want.exclusive("c"));
        log.acquire(bob, Command.FOREVER, Want.exclusive("a"), Want.shared("b"));
        log.acquire(ann, Command.FOREVER, Want.shared("b"), Want.exclusive("c"));
        assertThat(log.queue("b")).containsExactly(bob, ann);

        log.reply(new Command.ForceRelease("b", 0, "root", ""));

        assertThat(log.queue("b")).containsExactly(ann);
    }

    @Test
    void seesNoDeadlockWhereAnotherHolderCanGivePermitsBack() {
        log.acquire(ann, 0, Want.permits("pool", 1, 2));
        log.acquire(cid, 0, Want.permits("pool", 1, 2));
        log.lock(bob, "b");
        log.acquire(bob, Command.FOREVER, Want.permits("pool", 1, 2));

        assertThat(log.lock(ann, "b")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.queue("pool")).containsExactly(bob);
    }

    @Test
    void seesADeadlockWhereThePermitsOfOneAreNeeded() {
        log.acquire(ann, 0, Want.permits("pool", 2, 2));
        log.lock(bob, "b");
        log.lock(ann, "b");

        assertThat(log.acquire(bob, Command.FOREVER, Want.permits("pool", 1, 2)))
                .isInstanceOf(Reply.Deadlock.class);
    }

    @Test
    void waitsOutALockDelayWithoutCallingItADeadlock() {
        log.lockWithDelay(ann, "a", 5_000);
        log.lock(bob, "b");
        long token = log.token("a");
        log.reply(new Command.ForceRelease("a", token, "root", ""));
        log.lock(bob, "a");

        assertThat(log.lock(ann, "b")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.queue("a")).containsExactly(bob);
    }

    @Test
    void goesThroughALongQueueOnce() {
        log.lock(ann, "hot");
        for (int i = 0; i < 1_000; i++) {
            long session = log.open("s" + i);
            log.lock(session, "own" + i);
            log.lock(session, "hot");
        }

        assertThat(log.queue("hot")).hasSize(1_000);
        assertThat(log.lock(ann, "own999")).isInstanceOf(Reply.Waiting.class);
        assertThat(log.queue("hot")).hasSize(999);
    }
}
