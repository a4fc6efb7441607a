package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Input.Fate;
import java.util.List;

/// The ends of sessions whose lease is over: proposed, and decided by the log.
final class Expiries {

    private final PrimarySettings settings;
    private final Tenure tenure;
    private final Leases leases;
    private final Renewals renewals;
    private int inFlight;
    private long expired;

    Expiries(PrimarySettings settings, Tenure tenure, Leases leases, Renewals renewals) {
        this.settings = settings;
        this.tenure = tenure;
        this.leases = leases;
        this.renewals = renewals;
    }

    void propose() {
        int room = settings.inFlight() - inFlight;
        if (room <= 0 || leases.next() > tenure.now()) {
            return;
        }
        for (var lease : leases.over(tenure.now(), room)) {
            lease.expiring = true;
            inFlight++;
            tenure.propose(
                    new Command.ExpireSession(lease.session, lease.renewals), fate -> decided(lease.session, fate));
        }
    }

    private void decided(long session, Fate fate) {
        inFlight--;
        var lease = leases.find(session);
        if (lease == null) {
            return;
        }
        switch (fate) {
            case Fate.Done(var _, var result) -> {
                if (result.reply() instanceof Reply.Refused(var code, var _, var known)
                        && code == RefusalCode.RENEWED) {
                    lease.renewals = Math.max(lease.renewals, known);
                    lease.end = tenure.now() + lease.ttl;
                    revive(lease);
                }
            }
            // It will never come into effect, so renewals may be accepted again.
            case Fate.NotLeader _, Fate.Overloaded _ -> revive(lease);
            // It may: whoever leads next decides.
            case Fate.Unknown _ -> {}
        }
    }

    private void revive(Lease lease) {
        lease.expiring = false;
        leases.lookAt(lease, tenure.now() + settings.retry().toNanos());
        var held = List.copyOf(lease.held);
        lease.held.clear();
        held.forEach(keepAlive -> renewals.renew(lease, keepAlive));
    }

    /// A session has ended, for whatever cause.
    void ended(long index, long session, Event.Cause cause) {
        var lease = leases.remove(session);
        if (lease != null) {
            lease.held.forEach(keepAlive -> renewals.tellEnded(keepAlive, index));
            expired += cause == Event.Cause.SESSION_EXPIRED ? 1 : 0;
        }
    }

    /// When the next lease may be over.
    long next() {
        return inFlight < settings.inFlight() ? leases.next() : Tenure.NEVER;
    }

    /// Sessions that ended because their lease did, since the process began.
    long expired() {
        return expired;
    }

    void stepDown() {
        inFlight = 0;
    }
}
