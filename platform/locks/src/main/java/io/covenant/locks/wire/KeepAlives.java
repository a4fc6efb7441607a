package io.covenant.locks.wire;

import java.util.List;

/// Keep-alives of one process, of as many sessions as it has, that travel together: each is answered as if it had come
/// alone, in this order.
public record KeepAlives(List<One> keepAlives) {

    /// As many as may come at once.
    public static final int MOST = 1_024;

    public KeepAlives {
        keepAlives = keepAlives == null ? List.of() : List.copyOf(keepAlives);
    }

    /// A [KeepAlive] of this session.
    public record One(long session, long seq, long ackUpTo) {}
}
