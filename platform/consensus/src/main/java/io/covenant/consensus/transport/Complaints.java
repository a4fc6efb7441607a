package io.covenant.consensus.transport;

import java.util.concurrent.ConcurrentHashMap;

/// Log lines about peers and strangers, of each kind one a second at most: a stranger shall not fill a disk.
final class Complaints {

    private static final System.Logger LOG = System.getLogger(PeerTransport.class.getName());
    private static final long BETWEEN_NANOS = 1_000_000_000L;
    private static final int KINDS = 1000;

    /// @param withheld how many have not been logged since
    private record Last(long nanos, long withheld, long saidBefore) {

        Last next(long now) {
            return now - nanos >= BETWEEN_NANOS
                    ? new Last(now, 0, withheld)
                    : new Last(nanos, withheld + 1, saidBefore);
        }
    }

    private final ConcurrentHashMap<String, Last> lasts = new ConcurrentHashMap<>();

    void about(String kind, String what) {
        var now = System.nanoTime();
        if (lasts.size() >= KINDS) {
            lasts.clear();
        }
        var last = lasts.compute(kind, (_, before) -> before == null ? new Last(now, 0, 0) : before.next(now));
        if (last.withheld() == 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    last.saidBefore() == 0 ? what : "%s (and %d more like it)".formatted(what, last.saidBefore()));
        }
    }
}
