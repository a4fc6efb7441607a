package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answers that a session has not acknowledged, by the number of its request: a request that comes again
/// finds its answer here. Never changes; all of it is replicated state.
public final class Requests {

    /// Of an entry that answers whatever command comes under its number.
    static final int ANY_FINGERPRINT = 0;
    static final Requests NONE = new Requests(0, List.of());

    private final long floor;
    private final List<Entry> entries;

    Requests(long floor, List<Entry> entries) {
        this.floor = floor;
        this.entries = entries;
    }

    /// @param fingerprint of the command that came first under this number
    public record Entry(long seq, int fingerprint, Reply reply) {

        /// Whether this is the command's answer, and not that to another one under the same number.
        boolean answers(Command.Request request) {
            return fingerprint == ANY_FINGERPRINT || fingerprint == request.fingerprint();
        }

        boolean waiting() {
            return reply instanceof Reply.Waiting;
        }
    }

    /// Everything up to here is acknowledged, and forgotten unless it still waits.
    public long floor() {
        return floor;
    }

    /// By number.
    public List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }

    int size() {
        return entries.size();
    }

    /// Whether this number's answer is still known once everything up to another is acknowledged.
    boolean keeps(long seq, long ackUpTo) {
        var entry = find(seq);
        return entry != null && (ackUpTo <= floor || seq > ackUpTo || entry.waiting());
    }

    public @Nullable Entry find(long seq) {
        int at = position(seq);
        return at < entries.size() && entries.get(at).seq() == seq ? entries.get(at) : null;
    }

    /// With this entry, in the place of one with the same number.
    Requests with(Entry entry) {
        int at = position(entry.seq());
        var more = new ArrayList<Entry>(entries.size() + 1);
        more.addAll(entries);
        if (at < more.size() && more.get(at).seq() == entry.seq()) {
            more.set(at, entry);
        } else {
            more.add(at, entry);
        }
        return new Requests(floor, more);
    }

    Requests acked(long upTo) {
        if (upTo <= floor) {
            return this;
        }
        var fewer = new ArrayList<Entry>(entries.size() + 1);
        for (var entry : entries) {
            if (entry.seq() > upTo || entry.waiting()) {
                fewer.add(entry);
            }
        }
        return new Requests(upTo, fewer);
    }

    /// Where a number stands or would stand; numbers mostly grow.
    private int position(long seq) {
        int at = entries.size();
        while (at > 0 && entries.get(at - 1).seq() >= seq) {
            at--;
        }
        return at;
    }
}
