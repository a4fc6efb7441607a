package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Requests.Request;
import java.util.ArrayList;
import java.util.List;

/// What clients ask: proposed at once, answered by the log, or at the end of a wait.
final class Asks {

    private final PrimarySettings settings;
    private final Tenure tenure;
    private final Leases leases;
    private final Requests requests = new Requests();

    /// What clients asked before the epoch was known to be right: no grant may carry an older one.
    private final List<Input.Ask> held = new ArrayList<>();

    /// Whether the state is known to have reached the epoch that it must have.
    private boolean inEpoch;

    Asks(PrimarySettings settings, Tenure tenure, Leases leases) {
        this.settings = settings;
        this.tenure = tenure;
        this.leases = leases;
        this.inEpoch = settings.epoch() == 0;
    }

    void ask(Input.Ask ask) {
        if (!tenure.leads()) {
            tenure.tellNotPrimary(ask.ticket());
        } else if (inEpoch) {
            var request = request(ask);
            requests.propose(tenure.propose(ask.command()), request);
        } else if (held.size() < settings.waiting()) {
            held.add(ask);
        } else {
            tenure.tell(ask.ticket(), new Answer.Overloaded());
        }
    }

    private Request request(Input.Ask ask) {
        if (!(ask.command() instanceof Command.Request request)) {
            return new Request(ask.ticket(), 0, 0, 0);
        }
        var origin = request.origin();
        var lease = leases.find(origin.session());
        if (lease != null) {
            lease.ackedInLog = Math.max(lease.ackedInLog, origin.ackUpTo());
        }
        return request instanceof Command.Acquire && ask.patienceMillis() > 0
                ? new Request(ask.ticket(), origin.session(), origin.seq(), ask.patienceMillis() * Tenure.NANOS)
                : new Request(ask.ticket(), origin.session(), 0, 0);
    }

    /// The epoch is right; for good, as it never goes back.
    void isInEpoch() {
        inEpoch = true;
    }

    void askHeld() {
        var asks = List.copyOf(held);
        held.clear();
        asks.forEach(this::ask);
    }

    /// Whether the proposal was one of these.
    boolean proposed(long proposal, Fate fate) {
        var request = requests.fateOf(proposal);
        if (request == null) {
            return false;
        }
        switch (fate) {
            case Fate.Done(var _, var result) -> answered(request, result);
            case Fate.NotLeader(var other) -> tell(request, new Answer.NotPrimary(other));
            case Fate.Overloaded _ -> tell(request, new Answer.Overloaded());
            case Fate.Unknown _ -> tell(request, new Answer.Unknown());
        }
        return true;
    }

    private void answered(Request request, Result result) {
        if (!(result.reply() instanceof Reply.Waiting waiting) || request.patience == 0) {
            tell(request, result.index(), result.reply());
        } else if (request.settled != null) {
            tell(request, request.settledIndex, request.settled);
        } else if (!tenure.leads()) {
            requests.forget(request);
            tenure.tellNotPrimary(request.ticket);
        } else if (requests.waiting() >= settings.waiting()) {
            tell(request, result.index(), waiting);
        } else {
            requests.await(request, waiting, result.index(), tenure.now() + request.patience);
        }
    }

    /// A wait has come to its end.
    void settled(long index, long session, long seq, Reply reply) {
        requests.of(session, seq).forEach(request -> settle(request, index, reply));
    }

    /// And all of a session's, as it ended.
    void ended(long index, long session) {
        requests.of(session).forEach(request -> settle(request, index, new Reply.NoSuchSession(session)));
    }

    private void settle(Request request, long index, Reply reply) {
        if (request.waiting != null) {
            tell(request, index, reply);
        } else {
            request.settled = reply;
            request.settledIndex = index;
        }
    }

    void tellTheImpatient() {
        requests.impatient(tenure.now(), (request, waiting) -> tell(request, request.waitingIndex, waiting));
    }

    /// When the next one's patience ends.
    long next() {
        return requests.next();
    }

    int waiting() {
        return requests.waiting();
    }

    /// What is proposed is answered by its fate; all others hear who leads.
    void stepDown() {
        requests.allWaiting((request, _) -> tenure.tellNotPrimary(request.ticket));
        held.forEach(ask -> tenure.tellNotPrimary(ask.ticket()));
        held.clear();
    }

    private void tell(Request request, long index, Reply reply) {
        var lease = leases.find(request.session);
        tell(request, new Answer.Replied(index, reply, lease == null ? 0 : tenure.millisUntil(lease.end)));
    }

    private void tell(Request request, Answer answer) {
        requests.forget(request);
        tenure.tell(request.ticket, answer);
    }
}
