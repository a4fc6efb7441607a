package io.covenant.locks.node;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.EventRing;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Token;
import io.covenant.locks.node.EventStream.Item;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// All streams of a node. The thread that applies entries tells them; it opens them as well, so that nothing
/// is told twice or left out between what was and what comes.
final class EventStreams {

    private final int perStream;
    private final int most;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();
    private final Map<Long, List<EventStream>> ofSessions = new ConcurrentHashMap<>();
    private final List<EventStream> ofNames = new CopyOnWriteArrayList<>();

    /// Of what was applied last.
    private long epoch;

    EventStreams(int perStream, int most) {
        this.perStream = perStream;
        this.most = most;
    }

    /// A stream that nothing is told yet; null when there are too many.
    ///
    /// @param after the place up to which the reader knows everything; negative for now
    @Nullable
    EventStream ofSession(long session, boolean terse, long after) {
        return isFull() ? null : new EventStream(session, "", "", terse, after, perStream, this::remove);
    }

    /// The same, for names with a prefix.
    ///
    /// @param principal who reads it
    @Nullable
    EventStream ofNames(String prefix, String principal, long after) {
        return isFull() ? null : new EventStream(0, prefix, principal, false, after, perStream, this::remove);
    }

    private boolean isFull() {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return true;
        }
        return false;
    }

    /// Called by the thread that applies entries.
    void begin(EventStream stream, Namespace namespace) {
        epoch = namespace.epoch();
        long now = Token.of(epoch, namespace.index());
        long after = stream.after();
        if (after < 0 || after > now) {
            // Who knows more than this node hears what comes after that, once it comes.
            stream.begin(List.of(new Item.Begun(Math.max(now, after))));
        } else if (after != 0 && Token.epoch(after) < epoch) {
            stream.begin(List.of(new Item.Compacted(now)));
        } else {
            long index = Token.index(after);
            var page = stream.session() != 0
                    ? namespace.events().ofSession(stream.session(), index, Integer.MAX_VALUE)
                    : namespace.events().ofNames(stream.prefix(), index, Integer.MAX_VALUE);
            stream.begin(backlog(stream, page, namespace, now));
        }
        if (stream.session() != 0) {
            ofSessions.compute(stream.session(), (_, others) -> {
                var streams = others == null ? new CopyOnWriteArrayList<EventStream>() : others;
                streams.add(stream);
                return streams;
            });
        } else {
            ofNames.add(stream);
        }
        if (stream.isGone()) {
            forget(stream);
        }
    }

    private List<Item> backlog(EventStream stream, EventRing.Page page, Namespace namespace, long now) {
        return page.compacted() ? List.of(new Item.Compacted(now)) : items(wanted(stream, page.events(), namespace));
    }

    private static List<Event> wanted(EventStream stream, List<Event> events, Namespace namespace) {
        var wanted = new ArrayList<Event>(2);
        for (var event : events) {
            if (stream.wants(event, namespace)) {
                wanted.add(event);
            }
        }
        return wanted;
    }

    private List<Item> items(List<Event> events) {
        var items = new ArrayList<Item>(events.size());
        for (int i = 0; i < events.size(); i++) {
            var event = events.get(i);
            boolean last = i + 1 == events.size() || events.get(i + 1).index() != event.index();
            items.add(new Item.Happened(event, Token.of(epoch, event.index()), last));
        }
        return items;
    }

    /// Called by the thread that applies entries.
    ///
    /// @param index     of the entry
    /// @param namespace after it; it may have raised the epoch
    void tell(long index, Namespace namespace, List<Event> events) {
        long now = namespace.epoch();
        boolean raised = now != epoch;
        epoch = now;
        if (count.get() == 0 || (events.isEmpty() && !raised)) {
            return;
        }
        if (raised) {
            // What a reader knows of an earlier epoch may have been taken back.
            var look = List.<Item>of(new Item.Compacted(Token.of(now, index)));
            ofNames.forEach(stream -> stream.offer(look));
            tellSessions(events, namespace);
            return;
        }
        if (!ofSessions.isEmpty()) {
            tellSessions(events, namespace);
        }
        for (var stream : ofNames) {
            tell(stream, events, namespace);
        }
    }

    private void tellSessions(List<Event> events, Namespace namespace) {
        var told = new HashSet<Long>(4);
        for (var event : events) {
            long id = event.session();
            var streams = id == 0 ? null : ofSessions.get(id);
            if (streams != null && told.add(id)) {
                streams.forEach(stream -> tell(stream, events, namespace));
                if (events.stream()
                        .anyMatch(one -> one instanceof Event.SessionEnded(var _, var ended, var _) && ended == id)) {
                    streams.forEach(EventStream::end);
                }
            }
        }
    }

    private void tell(EventStream stream, List<Event> events, Namespace namespace) {
        var wanted = wanted(stream, events, namespace);
        if (!wanted.isEmpty()) {
            stream.offer(items(wanted));
        }
    }

    void tellLeader(@Nullable URI api) {
        tellAll(new Item.Leader(api));
    }

    /// Called by the thread that applies entries: the state is another one, up to here.
    void tellCompacted(long index, long now) {
        epoch = now;
        tellAll(new Item.Compacted(Token.of(now, index)));
    }

    private void tellAll(Item item) {
        var one = List.of(item);
        ofSessions.values().forEach(streams -> streams.forEach(stream -> stream.offer(one)));
        ofNames.forEach(stream -> stream.offer(one));
    }

    /// Once for each stream.
    private void remove(EventStream stream) {
        count.decrementAndGet();
        if (stream.isOverflowed()) {
            cutOff.incrementAndGet();
        }
        forget(stream);
    }

    private void forget(EventStream stream) {
        ofNames.remove(stream);
        ofSessions.computeIfPresent(stream.session(), (_, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    int count() {
        return count.get();
    }

    int cutOff() {
        return cutOff.get();
    }

    void end() {
        ofSessions.values().forEach(streams -> streams.forEach(EventStream::end));
        ofNames.forEach(EventStream::end);
    }
}
