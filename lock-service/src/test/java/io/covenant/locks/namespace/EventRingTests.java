package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventRingTests {

    private final Log log = new Log();
    private final long ann = log.open("ann");
    private final long bob = log.open("bob");

    @Test
    void resumesTheStreamOfASessionAfterAnIndex() {
        long token = Log.token(log.lock(ann, "door"));
        long waits = log.namespace.index();
        log.lock(bob, "door");
        long released = log.release(ann, "door", token).index();

        var page = log.namespace.events().ofSession(ann, waits, 100);

        assertThat(page.compacted()).isFalse();
        assertThat(page.throughIndex()).isEqualTo(released);
        assertThat(page.events())
                .containsExactly(
                        new Event.Contended(released - 1, ann, "door", token),
                        new Event.Released(released, ann, "door", token, Event.Cause.RELEASED));
        assertThat(log.namespace.events().ofSession(ann, released, 100).events())
                .isEmpty();
    }

    @Test
    void watchesNamesByPrefix() {
        log.lock(ann, "orders/1");
        log.lock(ann, "stock/1");
        log.put(bob, "/orders", "", Command.ANY);

        assertThat(log.namespace.events().ofNames("orders/", 0, 100).events())
                .extracting(Event::name)
                .containsExactly("orders/1");
        assertThat(log.namespace.events().ofNames("", 0, 100).events())
                .extracting(Event::name)
                .containsExactly("orders/1", "stock/1", "/orders");
    }

    @Test
    void givesNoPartOfAnIndex() {
        long start = log.namespace.index();
        long token = Log.token(log.acquire(ann, 0, Want.exclusive("a"), Want.exclusive("b")));
        log.lock(bob, "c");

        var page = log.namespace.events().ofNames("", start, 1);

        assertThat(page.events()).extracting(Event::name).containsExactly("a", "b");
        assertThat(page.throughIndex()).isEqualTo(token);
        assertThat(log.namespace.events().ofNames("", token, 1).events())
                .extracting(Event::name)
                .containsExactly("c");
    }

    @Test
    void saysCompactedWhenWhatIsAskedForIsGone() {
        for (int i = 0; i < 600; i++) {
            long token = Log.token(log.tryLock(ann, "door"));
            log.release(ann, "door", token);
            log.reply(new Command.AckReplies(ann, 2L * i + 2));
        }
        var ring = log.namespace.events();

        assertThat(ring.ofSession(ann, 2, 10).compacted()).isTrue();
        assertThat(ring.ofSession(ann, 2, 10).throughIndex()).isEqualTo(ring.floor());
        assertThat(ring.ofSession(ann, ring.floor(), 10_000).compacted()).isFalse();
    }

    @Test
    void beginsAnewAtTheIndexOfASnapshot() {
        log.lock(ann, "door");
        long index = log.namespace.index();
        log.restart();

        assertThat(log.namespace.events().ofSession(ann, index - 1, 10).compacted())
                .isTrue();
        assertThat(log.namespace.events().ofSession(ann, index, 10))
                .isEqualTo(new EventRing.Page(false, java.util.List.of(), index));
    }
}
