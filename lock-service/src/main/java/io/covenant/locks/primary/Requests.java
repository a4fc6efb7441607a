package io.covenant.locks.primary;

import io.covenant.locks.namespace.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What clients asked and have not been answered, by proposal, and by session and number where a grant may
/// come later.
final class Requests {

    /// One that is open.
    static final class Request {
        final long ticket;
        final long session;
        final long seq;
        final long patience;

        /// Known once the log has answered that it waits.
        Reply.@Nullable Waiting waiting;

        long waitingIndex;
        long patienceEnd;

        /// The end of the wait, which may be told before its beginning.
        @Nullable
        Reply settled;

        long settledIndex;

        /// @param seq 0 when nothing comes later than the log's answer
        Request(long ticket, long session, long seq, long patience) {
            this.ticket = ticket;
            this.session = session;
            this.seq = seq;
            this.patience = patience;
        }
    }

    private record Patience(long at, long ticket, Request request) implements Comparable<Patience> {
        @Override
        public int compareTo(Patience other) {
            var byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(ticket, other.ticket);
        }
    }

    private final Map<Long, Request> proposed = new HashMap<>();
    private final Map<Long, NavigableMap<Long, List<Request>>> bySession = new HashMap<>();
    private final TreeSet<Patience> patient = new TreeSet<>();

    int waiting() {
        return patient.size();
    }

    void propose(long proposal, Request request) {
        proposed.put(proposal, request);
        if (request.seq != 0) {
            bySession
                    .computeIfAbsent(request.session, _ -> new TreeMap<>())
                    .computeIfAbsent(request.seq, _ -> new ArrayList<>(1))
                    .add(request);
        }
    }

    /// Who waited for this proposal's fate.
    @Nullable
    Request fateOf(long proposal) {
        return proposed.remove(proposal);
    }

    void await(Request request, Reply.Waiting waiting, long index, long until) {
        request.waiting = waiting;
        request.waitingIndex = index;
        request.patienceEnd = until;
        patient.add(new Patience(until, request.ticket, request));
    }

    /// No more is to be told to it.
    void forget(Request request) {
        if (request.waiting != null) {
            patient.remove(new Patience(request.patienceEnd, request.ticket, request));
        }
        var numbers = request.seq == 0 ? null : bySession.get(request.session);
        var same = numbers == null ? null : numbers.get(request.seq);
        if (numbers != null && same != null) {
            same.remove(request);
            if (same.isEmpty()) {
                numbers.remove(request.seq);
            }
            if (numbers.isEmpty()) {
                bySession.remove(request.session);
            }
        }
    }

    List<Request> of(long session, long seq) {
        var numbers = bySession.get(session);
        var same = numbers == null ? null : numbers.get(seq);
        return same == null ? List.of() : List.copyOf(same);
    }

    List<Request> of(long session) {
        var numbers = bySession.get(session);
        return numbers == null
                ? List.of()
                : numbers.values().stream().flatMap(List::stream).toList();
    }

    /// When the next one's patience ends.
    long next() {
        return patient.isEmpty() ? Long.MAX_VALUE : patient.first().at();
    }

    /// Takes out those whose patience has ended.
    void impatient(long now, BiConsumer<Request, Reply.Waiting> tell) {
        while (!patient.isEmpty() && patient.first().at() <= now) {
            end(tell);
        }
    }

    /// Takes out all that wait for a grant.
    void allWaiting(BiConsumer<Request, Reply.Waiting> tell) {
        while (!patient.isEmpty()) {
            end(tell);
        }
    }

    private void end(BiConsumer<Request, Reply.Waiting> tell) {
        var request = patient.first().request();
        var waiting = request.waiting;
        forget(request);
        if (waiting != null) {
            tell.accept(request, waiting);
        }
    }
}
