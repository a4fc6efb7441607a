package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.CommandCodec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// What the primary writes into the log now and then, so that the next one knows how much of whose time is over
/// and what clients have heard.
final class Checkpoints {

    private final PrimarySettings settings;
    private final Tenure tenure;
    private final Leases leases;
    private long nextCheckpoint;
    private long nextTime;

    Checkpoints(PrimarySettings settings, Tenure tenure, Leases leases) {
        this.settings = settings;
        this.tenure = tenure;
        this.leases = leases;
    }

    void begin() {
        nextCheckpoint = tenure.now() + settings.checkpoint().toNanos();
        nextTime = tenure.now() + settings.time().toNanos();
    }

    void write() {
        if (tenure.now() >= nextCheckpoint) {
            nextCheckpoint = tenure.now() + settings.checkpoint().toNanos();
            writeRenewals();
            writeAcknowledgements();
        }
        if (leases.someExtended() && tenure.now() >= nextTime) {
            // So that the next primary knows how much of their time is over.
            nextTime = tenure.now() + settings.time().toNanos();
            tenure.propose(new Command.Barrier(), _ -> {});
        }
    }

    private void writeRenewals() {
        for (var some = first(leases.renewed(), CommandCodec.MOST_LEASES);
                !some.isEmpty();
                some = first(leases.renewed(), CommandCodec.MOST_LEASES)) {
            some.forEach(leases.renewed()::remove);
            tenure.propose(new Command.LeaseCheckpoint(note(some)), _ -> {});
        }
    }

    private void writeAcknowledgements() {
        for (var session : first(leases.acked(), settings.inFlight())) {
            leases.acked().remove(session);
            var lease = leases.find(session);
            if (lease != null && lease.acked > lease.ackedInLog) {
                lease.ackedInLog = lease.acked;
                tenure.propose(new Command.AckReplies(session, lease.acked), _ -> {});
            }
        }
    }

    /// What the log is to know of these sessions' leases.
    List<Command.Lease> note(SequencedSet<Long> sessions) {
        var noted = new ArrayList<Command.Lease>(sessions.size());
        for (var session : sessions) {
            var lease = leases.find(session);
            if (lease != null) {
                noted.add(new Command.Lease(session, lease.renewals, tenure.millisUntil(lease.end), 0));
            }
        }
        return noted;
    }

    private static SequencedSet<Long> first(SequencedSet<Long> sessions, int atMost) {
        var some = new LinkedHashSet<Long>();
        for (var session : sessions) {
            if (some.size() == atMost) {
                break;
            }
            some.add(session);
        }
        return some;
    }

    /// When the next is to be written.
    long next() {
        long next = leases.renewed().isEmpty() && leases.acked().isEmpty() ? Tenure.NEVER : nextCheckpoint;
        return leases.someExtended() ? Math.min(next, nextTime) : next;
    }
}
