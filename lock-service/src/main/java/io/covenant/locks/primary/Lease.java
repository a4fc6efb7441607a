package io.covenant.locks.primary;

import java.util.ArrayList;
import java.util.List;

/// What the primary knows of a session's lease. All times on its own line.
final class Lease {

    /// A keep-alive that is to be answered.
    record KeepAlive(long ticket, long session, long ackUpTo) {}

    final long session;
    final long ttl;
    long end;

    /// Counted here, from what the log knew when this primary was armed.
    long renewals;

    /// An election gave it time: its first renewal is logged before it is answered.
    boolean extended;

    /// Its end is proposed: no renewal is accepted.
    boolean expiring;

    /// Those that came when its end was proposed.
    final List<KeepAlive> held = new ArrayList<>(0);

    /// What the client has acknowledged, by keep-alives, and in the log by this primary.
    long acked;

    long ackedInLog;

    Lease(long session, long ttl, long end, long renewals, boolean extended) {
        this.session = session;
        this.ttl = ttl;
        this.end = end;
        this.renewals = renewals;
        this.extended = extended;
    }

    /// Never shortens.
    void renew(long now) {
        end = Math.max(end, now + ttl);
        renewals++;
    }
}
