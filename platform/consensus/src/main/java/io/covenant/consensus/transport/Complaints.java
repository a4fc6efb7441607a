package io.covenant.consensus.transport;

import java.util.concurrent.ConcurrentHashMap;

/// Log lines about peers and strangers, of each kind one a second at most: a stranger shall not fill a disk.
final class Complaints {

    private static final System.Logger LOG = System.getLogger(PeerTransport.class.getName());
    private static final long BETWEEN_NANOS = 1_000_000_000L;
    private static final int KINDS = 1000;

    private record Last(long nanos, long left) {}

    private final ConcurrentHashMap<String, Last> lasts = new ConcurrentHashMap<>();

    void about(String kind, String what) {
        var now = System.nanoTime();
        if (lasts.size() >= KINDS) {
            lasts.clear();
        }
        var last = lasts.merge(
                kind,
                new Last(now, 0),
                (before, fresh) -> fresh.nanos() - before.nanos() >= BETWEEN_NANOS
                        ? fresh
                        : new Last(before.nanos(), before.left() + 1));
        if (last.nanos() == now) {
            LOG.log(System.Logger.Level.WARNING, what);
        }
    }
}
