package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The latest events, for those who resume a stream.
///
/// Derived, and in no snapshot: after a restore it begins at the snapshot's index. Who asks for more than is
/// left hears `compacted`, reads what is there now, and goes on from that index.
public final class EventRing {

    private final @Nullable Event[] ring;
    private long added;
    private long floor;
    private long last;

    EventRing(int capacity, long floor) {
        ring = new Event[capacity];
        this.floor = floor;
        last = floor;
    }

    /// Some events in the order of their indexes.
    ///
    /// @param compacted    some of what was asked for is gone, and none is given
    /// @param events       never only a part of those of one index
    /// @param throughIndex to resume after
    public record Page(boolean compacted, List<Event> events, long throughIndex) {}

    void add(List<Event> events) {
        for (var event : events) {
            int at = (int) (added++ % ring.length);
            var gone = ring[at];
            if (gone != null) {
                floor = gone.index();
            }
            ring[at] = event;
            last = event.index();
        }
    }

    /// Nothing is gone of what came after this index.
    public long floor() {
        return floor;
    }

    public Page ofSession(long session, long afterIndex, int atMost) {
        return page(afterIndex, atMost, event -> event.session() == session);
    }

    /// Those about names with this prefix.
    public Page ofNames(String prefix, long afterIndex, int atMost) {
        return page(
                afterIndex,
                atMost,
                event -> !event.name().isEmpty() && event.name().startsWith(prefix));
    }

    private Page page(long afterIndex, int atMost, Predicate<Event> wanted) {
        if (afterIndex < floor) {
            return new Page(true, List.of(), floor);
        }
        var events = new ArrayList<Event>();
        long through = Math.max(afterIndex, last);
        for (long i = firstAfter(afterIndex); i < added; i++) {
            var event = at(i);
            boolean more = events.isEmpty() || event.index() != events.getLast().index();
            if (events.size() >= atMost && more) {
                through = events.isEmpty() ? afterIndex : events.getLast().index();
                break;
            }
            if (wanted.test(event)) {
                events.add(event);
            }
        }
        return new Page(false, events, through);
    }

    /// By halves: who resumes mostly asks for the end.
    private long firstAfter(long index) {
        long low = Math.max(0, added - ring.length);
        long high = added;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(middle).index() <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Event at(long position) {
        var event = ring[(int) (position % ring.length)];
        if (event == null) {
            throw new IllegalStateException("no event at " + position);
        }
        return event;
    }
}
