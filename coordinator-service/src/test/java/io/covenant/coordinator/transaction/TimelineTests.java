package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.transaction.Timeline.Entry;
import io.covenant.coordinator.transaction.Timeline.Event;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTests {

    private static final List<Entry> ENTRIES = List.of(
            new Entry(0, Event.BEGUN, null, null),
            new Entry(104, Event.PREPARE_SENT, "orders", null),
            new Entry(2104, Event.VOTED, "orders", "YES"),
            new Entry(2204, Event.DECIDED, null, "COMMIT"));

    @Test
    void keepsItsEventsAsJson() {
        var json = Timeline.write(ENTRIES);

        assertThat(json)
                .isEqualTo(
                        "[[0,\"begun\"],[104,\"prepare-sent\",\"orders\"],[2104,\"voted\",\"orders\",\"YES\"],[2204,\"decided\",null,\"COMMIT\"]]");
        assertThat(Timeline.read(json)).isEqualTo(ENTRIES);
        assertThat(Timeline.read(null)).isEmpty();
    }

    @Test
    void readsWhatALaterVersionWrote() {
        assertThat(Timeline.read("[[1,\"teleported\",\"orders\"]]"))
                .containsExactly(new Entry(1, Event.UNKNOWN, "orders", null));
    }

    @Test
    void datesItsEvents() {
        var begin = Instant.parse("2026-11-21T10:00:00.000001Z");

        assertThat(Timeline.resource(begin, ENTRIES).get(1)).satisfies(event -> {
            assertThat(event.at()).isEqualTo("2026-11-21T10:00:00.000105Z");
            assertThat(event.atMicros()).isEqualTo(104);
            assertThat(event.event()).isEqualTo("prepare-sent");
        });
    }

    @Test
    void doesNotGrowWithoutEnd() {
        var timeline = new Timeline();
        for (int i = 0; i < 10_000; i++) {
            timeline.add(i, Event.UNCONFIRMED, "orders", "away");
        }

        assertThat(timeline.entries()).hasSize(Timeline.LONGEST);
    }

    @Test
    void startsWithWhatIsKnownFromElsewhere() {
        var timeline = new Timeline();
        timeline.add(5000, Event.TAKEN_OVER, null, null);

        timeline.startWith(ENTRIES);
        timeline.startWith(ENTRIES);

        assertThat(timeline.entries()).hasSize(5).startsWith(ENTRIES.toArray(Entry[]::new));
        assertThat(timeline.entriesFrom(4)).containsExactly(new Entry(5000, Event.TAKEN_OVER, null, null));
    }
}
