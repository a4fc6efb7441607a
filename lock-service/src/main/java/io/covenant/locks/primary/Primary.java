package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.CommandCodec;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Timers;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Lease.KeepAlive;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The primary's part of one node. On a node that does not lead it refuses, and remembers nothing.
///
/// Not for several threads at a time. Every input carries the time of a monotonic clock, whatever that counts
/// from; it is expected not to go back, and taken for standing still where it does.
public final class Primary {

    private final PrimarySettings settings;
    private final long stall;
    private final long origin;

    private final Tenure tenure = new Tenure();
    private final Leases leases = new Leases();
    private final Asks asks;
    private final Checkpoints checkpoints;
    private final Renewals renewals;
    private final Expiries expiries;
    private final Dues dues;

    private boolean raising;
    private long armAgain;
    private long extendedMillis;
    private long stalledMillis;

    /// How a primary is, for operators.
    ///
    /// @param renewed        renewals accepted since the process began
    /// @param expired        sessions that ended because their lease did
    /// @param extendedMillis by which elections prolonged leases, of all sessions
    /// @param stalledMillis  for which this process stood still while it led
    public record Figures(
            boolean leads,
            boolean armed,
            int sessions,
            int waiting,
            long renewed,
            long expired,
            long extendedMillis,
            long stalledMillis) {}

    /// @param nanos the time now
    public Primary(PrimarySettings settings, long nanos) {
        this.settings = settings;
        this.stall = settings.stall().toNanos();
        this.origin = nanos;
        this.asks = new Asks(settings, tenure, leases);
        this.checkpoints = new Checkpoints(settings, tenure, leases);
        this.renewals = new Renewals(settings, tenure, leases, checkpoints);
        this.expiries = new Expiries(settings, tenure, leases, renewals);
        this.dues = new Dues(settings, tenure);
    }

    /// Takes one input; answers what is to be done, in this order.
    public List<Effect> on(long nanos, Input input) {
        return on(nanos, List.of(input));
    }

    /// Takes what came together, in its order, as one step: its keep-alives share a round.
    public List<Effect> on(long nanos, List<? extends Input> inputs) {
        long at = Math.max(tenure.now(), nanos - origin);
        long gap = at - tenure.now();
        tenure.passTo(at);
        if (tenure.armed() && gap > stall) {
            leases.prolong(gap);
            stalledMillis += gap / Tenure.NANOS;
        }
        inputs.forEach(this::take);
        if (tenure.leads()) {
            act();
        }
        return tenure.takeEffects();
    }

    private void take(Input input) {
        switch (input) {
            case Input.Ask ask -> asks.ask(ask);
            case Input.Renew(var ticket, var session, var ackUpTo) ->
                renewals.renew(new KeepAlive(ticket, session, ackUpTo));
            case Input.Became became -> became(became);
            case Input.Armed arms -> arm(arms);
            case Input.Applied(var result, var due) -> applied(result, due);
            case Input.Proposed(var proposal, var fate) -> proposed(proposal, fate);
            case Input.Confirmed(var round, var standing) -> renewals.confirmed(round, standing);
            case Input.Found found -> renewals.found(found);
            case Input.Due(var commands) -> dues.collected(commands);
            case Input.Tick _ -> {}
        }
    }

    private void act() {
        asks.tellTheImpatient();
        if (!tenure.armed()) {
            if (tenure.now() >= armAgain) {
                askToArm();
            }
            return;
        }
        expiries.propose();
        renewals.logFirst();
        checkpoints.write();
        renewals.beginRound();
        dues.collect();
    }

    /// When it wants to be told the time at the latest, on the inputs' clock.
    public long deadline() {
        if (!tenure.leads()) {
            return origin + Tenure.NEVER / 2;
        }
        long next = Math.min(asks.next(), tenure.now() + stall / 2);
        if (!tenure.armed()) {
            return origin + Math.min(next, armAgain);
        }
        for (long other : new long[] {expiries.next(), checkpoints.next(), renewals.next(), dues.next()}) {
            next = Math.min(next, other);
        }
        return origin + next;
    }

    /// How long a lease still runs; empty where this node does not count it.
    public OptionalLong remainingMillis(long nanos, long session) {
        var lease = tenure.armed() ? leases.find(session) : null;
        return lease == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, lease.end - (nanos - origin)) / Tenure.NANOS);
    }

    public boolean isArmed() {
        return tenure.armed();
    }

    /// The time that entries carry now; 0 before this node is armed, which stands for the time of the state.
    public long logicalMillis() {
        return tenure.logicalMillis();
    }

    public Figures figures() {
        return new Figures(
                tenure.leads(),
                tenure.armed(),
                leases.size(),
                asks.waiting(),
                renewals.renewed(),
                expiries.expired(),
                extendedMillis,
                stalledMillis);
    }

    // ---- who leads

    private void became(Input.Became became) {
        if (tenure.leads() && (!became.leads() || became.term() != tenure.term())) {
            stepDown(became.leads() ? null : became.leader());
        }
        tenure.isLedBy(became.leader(), became.term());
        if (became.leads() && !tenure.leads()) {
            tenure.begin();
            askToArm();
        }
    }

    private void askToArm() {
        armAgain = tenure.now() + Math.max(stall, settings.retry().toNanos());
        tenure.effect(new Effect.Arm(tenure.term()));
    }

    /// Forgets all that only a primary knows. What is proposed is answered by its fate.
    private void stepDown(@Nullable String successor) {
        tenure.end();
        tenure.isLedBy(successor, tenure.term());
        renewals.stepDown();
        asks.stepDown();
        expiries.stepDown();
        dues.stepDown();
        leases.clear();
        raising = false;
    }

    private void arm(Input.Armed arms) {
        if (!tenure.leads() || tenure.armed() || arms.term() != tenure.term()) {
            return;
        }
        if (arms.epoch() < settings.epoch()) {
            raiseEpoch();
            return;
        }
        asks.isInEpoch();
        tenure.arm(arms.timeMillis());
        dues.nextIs(arms.nextDueMillis());
        checkpoints.begin();
        for (var one : arms.sessions()) {
            leases.put(new Lease(
                    one.session(),
                    one.ttlMillis() * Tenure.NANOS,
                    tenure.now() + one.armMillis() * Tenure.NANOS,
                    one.seenRenewSeq(),
                    true));
            extendedMillis += one.extensionMillis();
        }
        for (int from = 0; from < arms.sessions().size(); from += CommandCodec.MOST_LEASES) {
            var some = arms.sessions().subList(from, Math.min(arms.sessions().size(), from + CommandCodec.MOST_LEASES));
            tenure.propose(Timers.checkpoint(some), _ -> {});
        }
        renewals.renewEarly();
        asks.askHeld();
    }

    private void raiseEpoch() {
        if (!raising) {
            raising = true;
            tenure.propose(new Command.RaiseEpoch(settings.epoch()), this::raised);
        }
    }

    private void raised(Fate fate) {
        raising = false;
        if (fate instanceof Fate.Done) {
            askToArm();
        }
    }

    // ---- what the log says

    private void applied(Result result, long due) {
        if (!tenure.leads()) {
            return;
        }
        if (tenure.armed()) {
            dues.nextIs(due);
            if (result.reply() instanceof Reply.SessionOpened(var session, var ttlMillis)) {
                long ttl = ttlMillis * Tenure.NANOS;
                leases.put(new Lease(session, ttl, tenure.now() + ttl, 0, false));
            }
        }
        for (var event : result.events()) {
            if (event instanceof Event.Settled(var index, var session, var seq, var reply)) {
                asks.settled(index, session, seq, reply);
            } else if (event instanceof Event.SessionEnded(var index, var session, var cause)) {
                asks.ended(index, session);
                expiries.ended(index, session, cause);
            }
        }
    }

    private void proposed(long proposal, Fate fate) {
        if (!asks.proposed(proposal, fate)) {
            tenure.fateOf(proposal, fate);
        }
    }
}
