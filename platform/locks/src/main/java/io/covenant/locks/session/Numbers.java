package io.covenant.locks.session;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Numbers requests, and knows up to which of them all answers are known.
///
/// A request that waits has no last answer, and would hold the acknowledgement back for as long as it waits, until the
/// service takes no more requests. So it is passed over when too many answers pile up behind it: the service keeps the
/// place of those that wait, and [SessionCore] looks when the answer was forgotten in the moment of the grant.
final class Numbers {

    static final int PILE = 32;

    private final TreeMap<Long, Errand> open = new TreeMap<>();
    private long last;

    void number(Errand errand) {
        errand.seq = ++last;
        open.put(errand.seq, errand);
    }

    /// The one of this number that is not settled.
    @Nullable
    Errand open(long seq) {
        return open.get(seq);
    }

    void settle(Errand errand) {
        open.remove(errand.seq);
    }

    /// How many answers the service has to keep at most, with those of requests that were passed over.
    long unacknowledged() {
        long upTo = ackUpTo();
        return last - upTo + open.headMap(upTo, true).size();
    }

    /// Whether no later answer can be acknowledged before this request has one.
    boolean isFirst(Errand errand) {
        return errand.seq == ackUpTo() + 1;
    }

    /// Every answer up to here is known, or will be looked for in another way.
    long ackUpTo() {
        long strict = open.isEmpty() ? last : open.firstKey() - 1;
        if (last - strict <= PILE) {
            return strict;
        }
        for (var errand : open.values()) {
            if (!errand.queued) {
                return errand.seq - 1;
            }
            errand.passedOver = true;
        }
        return last;
    }
}
