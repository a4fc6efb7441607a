package io.covenant.locks.session;

import io.covenant.locks.session.Sendings.Kind;
import io.covenant.locks.session.Sendings.Sending;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.SessionView;
import io.covenant.locks.wire.Want;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sees every request through: the same number to one node after the other until it is answered, and taken back when
/// nobody waits for it any longer.
final class Errands {

    /// Requests that wait count among those that a session may leave unacknowledged; releases must not be locked out.
    static final int MOST_ACQUIRES = 160;

    /// The service keeps 256 answers of a session: one request that stays without an answer must not lead to its own
    /// refusal, for all that came after it.
    static final int MOST_UNACKNOWLEDGED = 240;

    /// Taking back is what may have to come before anything else is acknowledged.
    static final int MOST_WITH_CANCELS = 250;

    /// Sooner than this, a node that was asked to keep a request open did not do so.
    private static final long SHORT_MILLIS = 20;

    private static final long ASK_AGAIN_MILLIS = 100;
    private static final int REDIRECTS = 2;

    private final SessionSettings settings;
    private final Sendings sendings;
    private final Route route;
    private final Numbers numbers = new Numbers();
    private final Map<Long, Errand> errands = new LinkedHashMap<>();
    private long internal;
    /// Whose events of this session arrive.
    private @Nullable String followed;

    Errands(SessionSettings settings, Sendings sendings, Route route) {
        this.settings = settings;
        this.sendings = sendings;
        this.route = route;
    }

    long ackUpTo() {
        return numbers.ackUpTo();
    }

    void ask(Moment now, long ask, Operation operation, long patienceMillis) {
        long waitUntil = operation instanceof Operation.Acquire acquire
                ? acquire.waitMillis() == Operation.FOREVER ? Errand.NEVER : now.plusMillis(acquire.waitMillis())
                : now.nanos();
        long patience = patienceMillis < 0 || waitUntil == Errand.NEVER
                ? Errand.NEVER
                : waitUntil + patienceMillis * Moment.MILLI;
        errands.put(ask, new Errand(ask, operation, patience, waitUntil, null));
    }

    void withdraw(long ask) {
        var errand = errands.get(ask);
        if (errand == null) {
            return;
        }
        errand.orphan = true;
        if (errand.acquires()) {
            undo(errand);
        } else if (!(errand.operation instanceof Operation.Release)) {
            abandon(errand);
        }
    }

    /// @param safe whether a grant may be told
    void answered(Sending sending, Errand errand, Answer answer, Moment now, long session, boolean safe) {
        if (errand.sending != sending.number()) {
            return;
        }
        errand.sending = 0;
        switch (answer) {
            case Answer.Done(var term, var body) -> {
                served(sending.node(), term, now);
                done(errand, body, safe);
            }
            case Answer.Waits(var term, var _) -> {
                served(sending.node(), term, now);
                errand.queued = true;
                errand.failures = 0;
                errand.retryAtNanos = askAgainNanos(sending, now);
            }
            case Answer.Refused(var term, var problem) -> {
                served(sending.node(), term, now);
                refused(errand, problem);
            }
            case Answer.Redirected(var leader) -> {
                route.pointedTo(leader);
                long pause = ++errand.failures <= REDIRECTS ? 0 : route.pauseMillis(errand.failures);
                errand.retryAtNanos = now.plusMillis(pause);
            }
            case Answer.Unavailable unavailable -> {
                if (!unavailable.busy()) {
                    route.failed(sending.node());
                }
                if (unavailable.leader() != null && !unavailable.leader().equals(sending.node())) {
                    route.pointedTo(unavailable.leader());
                }
                errand.toldToWait = unavailable.busy();
                retry(errand, now, unavailable.retryAfterMillis(), unavailable.why());
            }
            case Answer.Silence(var why) -> {
                route.failed(sending.node());
                retry(errand, now, 0, why);
            }
            case Answer.SessionGone _ -> throw new IllegalStateException("session " + session + " is handled before");
        }
    }

    /// The events tell the end of a wait; that it does not come, or comes too late for this, must do no harm.
    private long askAgainNanos(Sending sending, Moment now) {
        if (isFollowing(sending.node())) {
            return now.plusMillis(settings.longPollMillis());
        }
        return sending.at().plusMillis(SHORT_MILLIS) <= now.nanos() ? now.nanos() : now.plusMillis(ASK_AGAIN_MILLIS);
    }

    private boolean isFollowing(String node) {
        return node.equals(followed);
    }

    /// What ended before the events were followed is asked for; what waits from now on need not be.
    void following(@Nullable String node, Moment now) {
        followed = node;
        for (var errand : errands.values()) {
            if (errand.queued && errand.sending == 0 && !errand.toldToWait) {
                errand.retryAtNanos = Math.min(errand.retryAtNanos, now.nanos());
            }
        }
    }

    /// The end of a wait. Where the event does not say all, the same request again does.
    ///
    /// @param safe whether a grant may be told
    void told(long index, LockEvent.Settled settled, Moment now, boolean safe) {
        var errand = acquiring(settled.seq());
        if (errand == null || errand.parked != null || errand.lookedFor) {
            return;
        }
        var grants = settled.grants();
        if (settled.outcome() == LockEvent.Settled.Outcome.GRANTED && grants != null) {
            stopSending(errand);
            // That the session lives, its client's own clock says.
            grant(errand, new Granted(index, grants, 0), safe);
        } else if (settled.outcome() == LockEvent.Settled.Outcome.TIMED_OUT) {
            stopSending(errand);
            settle(errand, new Outcome.TimedOut());
        } else if (errand.sending == 0) {
            errand.retryAtNanos = now.nanos();
        }
    }

    private @Nullable Errand acquiring(long seq) {
        var errand = numbers.open(seq);
        return errand != null && errand.acquires() && errands.get(errand.ask) == errand ? errand : null;
    }

    /// Sends what is due, and gives up what lasts too long.
    void drive(Moment now, long session) {
        for (var sending : sendings.all(late -> late.kind() == Kind.ERRAND && late.untilNanos() <= now.nanos())) {
            sendings.abandon(sending.number());
            var errand = sending.errand();
            if (errand != null && errand.sending == sending.number()) {
                errand.sending = 0;
                route.failed(sending.node());
                retry(errand, now, 0, sending.node() + " did not answer in time");
            }
        }
        impatient(now);
        int acquiring = 0;
        List<Errand> due = new ArrayList<>(0);
        for (var errand : errands.values()) {
            acquiring += errand.acquires() && errand.sent ? 1 : 0;
            if (errand.idle() && errand.retryAtNanos <= now.nanos()) {
                errand.blocked = blocked(errand);
                if (!errand.blocked) {
                    due.add(errand);
                }
            }
        }
        for (var errand : due) {
            boolean first = errand.acquires() && !errand.sent;
            if (errand.numbered() && errand.seq == 0 && (isTooMuch(errand) || (first && acquiring >= MOST_ACQUIRES))) {
                errand.blocked = true;
                continue;
            }
            acquiring += first ? 1 : 0;
            send(errand, now, session);
        }
    }

    private boolean isTooMuch(Errand errand) {
        if (errand.operation instanceof Operation.Cancel && errand.about != null) {
            return numbers.unacknowledged() >= MOST_WITH_CANCELS && !numbers.isFirst(errand.about);
        }
        return numbers.unacknowledged() >= MOST_UNACKNOWLEDGED;
    }

    /// Gives up what lasts too long; also while there is no session.
    void impatient(Moment now) {
        List<Errand> tired = new ArrayList<>(0);
        for (var errand : errands.values()) {
            if (errand.patienceNanos <= now.nanos()) {
                tired.add(errand);
            }
        }
        for (var errand : tired) {
            boolean heard = errand.queued || errand.parked != null;
            tell(errand, heard ? new Outcome.TimedOut() : new Outcome.Unavailable(errand.lastFailure));
            errand.orphan = true;
            if (errand.acquires()) {
                undo(errand);
            } else {
                abandon(errand);
            }
        }
    }

    /// The lease is certain: what was granted may be told.
    void safe() {
        for (var errand : List.copyOf(errands.values())) {
            if (errand.parked != null) {
                settle(errand, new Outcome.Held(errand.parked));
            }
        }
    }

    void end(String why) {
        for (var errand : List.copyOf(errands.values())) {
            settle(errand, new Outcome.SessionEnded(why));
        }
    }

    void end(LockProblem problem) {
        for (var errand : List.copyOf(errands.values())) {
            settle(errand, new Outcome.Refused(problem));
        }
    }

    /// @param sending whether requests can be sent at all
    long wakeAtNanos(boolean sending) {
        long wake = sending ? sendings.firstUntilNanos(Kind.ERRAND) : Errand.NEVER;
        for (var errand : errands.values()) {
            wake = Math.min(wake, errand.patienceNanos);
            if (sending && errand.idle() && !errand.blocked) {
                wake = Math.min(wake, errand.retryAtNanos);
            }
        }
        return wake;
    }

    /// Another node leads than was known: whatever is under way elsewhere is asked there.
    void served(String node, long term, Moment now) {
        if (!route.served(node, term)) {
            return;
        }
        for (var errand : errands.values()) {
            if (errand.sending != 0) {
                continue;
            }
            if (!errand.toldToWait) {
                errand.retryAtNanos = Math.min(errand.retryAtNanos, now.nanos());
            }
        }
        for (var elsewhere : sendings.all(
                other -> other.kind() == Kind.ERRAND && !other.node().equals(node))) {
            sendings.abandon(elsewhere.number());
            var errand = elsewhere.errand();
            if (errand != null && errand.sending == elsewhere.number()) {
                errand.sending = 0;
                errand.retryAtNanos = now.nanos();
            }
        }
    }

    private boolean blocked(Errand errand) {
        if (errand.sent) {
            return false;
        }
        for (var earlier : errands.values()) {
            if (earlier == errand) {
                return false;
            }
            if (errand.mustFollow(earlier)) {
                return true;
            }
        }
        return false;
    }

    private void send(Errand errand, Moment now, long session) {
        if (errand.numbered() && errand.seq == 0) {
            numbers.number(errand);
        }
        long wait = errand.acquires() ? errand.waitMillis(now.nanos()) : 0;
        long open = isFollowing(route.next())
                ? 0
                : wait == Operation.FOREVER ? settings.longPollMillis() : Math.min(wait, settings.longPollMillis());
        long patience = open + Math.max(2 * settings.attemptMillis(), 500);
        errand.sent = true;
        errand.toldToWait = false;
        errand.sending = sendings.send(
                        Kind.ERRAND,
                        route.next(),
                        now,
                        patience,
                        errand,
                        new Call.Perform(session, errand.seq, numbers.ackUpTo(), errand.operation, wait, open))
                .number();
    }

    private void retry(Errand errand, Moment now, long retryAfterMillis, String why) {
        errand.lastFailure = why;
        errand.retryAtNanos = now.plusMillis(route.pauseMillis(++errand.failures, retryAfterMillis));
    }

    private void done(Errand errand, Object body, boolean safe) {
        switch (body) {
            case Granted granted when errand.acquires() -> granted(errand, granted, safe);
            case Cancelled(var undone) when errand.operation instanceof Operation.Cancel -> cancelled(errand, undone);
            case SessionView view when errand.about != null -> seen(errand, errand.about, view);
            default -> settle(errand, new Outcome.Done(body));
        }
    }

    private void granted(Errand errand, Granted granted, boolean safe) {
        grant(errand, granted, safe && granted.remainingMillis() > settings.marginMillis());
    }

    private void grant(Errand errand, Granted granted, boolean certain) {
        if (certain) {
            settle(errand, new Outcome.Held(granted));
        } else {
            errand.parked = granted;
        }
    }

    /// Whether some grant waits for a certain lease.
    boolean parks() {
        for (var errand : errands.values()) {
            if (errand.parked != null) {
                return true;
            }
        }
        return false;
    }

    private void refused(Errand errand, LockProblem problem) {
        if (errand.operation instanceof Operation.Cancel) {
            cancelled(errand, Cancelled.Undone.NOTHING);
        } else if (problem.is(LockProblemCode.REQUEST_FORGOTTEN) && errand.acquires() && errand.passedOver) {
            errand.lookedFor = true;
            look(errand);
        } else if (problem.is(LockProblemCode.TIMED_OUT)) {
            settle(errand, new Outcome.TimedOut());
        } else {
            settle(errand, new Outcome.Refused(problem));
        }
    }

    /// Takes an acquire back, whatever became of it.
    private void undo(Errand errand) {
        errands.remove(errand.ask);
        stopSending(errand);
        errand.queued = false;
        if (!errand.sent) {
            numbers.settle(errand);
            return;
        }
        var cancel = new Errand(--internal, new Operation.Cancel(errand.seq), Errand.NEVER, Errand.NEVER, errand);
        errands.put(cancel.ask, cancel);
    }

    private void cancelled(Errand cancel, Cancelled.Undone undone) {
        settle(cancel, new Outcome.TimedOut());
        var target = cancel.about;
        if (target != null) {
            numbers.settle(target);
            if (undone == Cancelled.Undone.NOTHING && target.passedOver) {
                look(target);
            }
        }
    }

    /// Asks what became of an acquire whose answer the service may have forgotten.
    private void look(Errand target) {
        var look = new Errand(--internal, new Operation.Inspect(), Errand.NEVER, Errand.NEVER, target);
        errands.put(look.ask, look);
    }

    private void seen(Errand look, Errand target, SessionView view) {
        errands.remove(look.ask);
        if (!(target.operation instanceof Operation.Acquire acquire)) {
            return;
        }
        List<SessionView.Held> held = new ArrayList<>();
        for (var hold : view.held()) {
            if (hold.requests().contains(target.seq)) {
                held.add(hold);
            }
        }
        if (errands.get(target.ask) == target) {
            recover(target, acquire, held, view.remainingMillis());
        } else {
            giveBack(acquire, held);
        }
    }

    private void recover(Errand target, Operation.Acquire acquire, List<SessionView.Held> held, long remainingMillis) {
        List<Grant> grants = new ArrayList<>();
        for (Want want : acquire.wants()) {
            for (var hold : held) {
                if (hold.name().equals(want.name())) {
                    grants.add(new Grant(hold.name(), hold.mode(), hold.token(), hold.sequencer(), hold.holds()));
                }
            }
        }
        target.lookedFor = false;
        if (grants.size() == acquire.wants().size()) {
            target.parked = new Granted(0, grants, remainingMillis);
        } else {
            settle(target, new Outcome.TimedOut());
        }
    }

    private void giveBack(Operation.Acquire acquire, List<SessionView.Held> held) {
        Map<Long, List<String>> byToken = new TreeMap<>();
        for (var hold : held) {
            byToken.computeIfAbsent(hold.token(), _ -> new ArrayList<>()).add(hold.name());
        }
        byToken.forEach((token, names) -> {
            var release = new Errand(
                    --internal,
                    new Operation.Release(acquire.strand(), names, token),
                    Errand.NEVER,
                    Errand.NEVER,
                    null);
            errands.put(release.ask, release);
        });
    }

    private void abandon(Errand errand) {
        errands.remove(errand.ask);
        stopSending(errand);
        numbers.settle(errand);
    }

    private void stopSending(Errand errand) {
        if (errand.sending != 0) {
            sendings.abandon(errand.sending);
            errand.sending = 0;
        }
    }

    private void settle(Errand errand, Outcome outcome) {
        errands.remove(errand.ask);
        numbers.settle(errand);
        tell(errand, outcome);
    }

    private void tell(Errand errand, Outcome outcome) {
        if (errand.ask > 0 && !errand.orphan) {
            sendings.tell(new SessionEffect.Settle(errand.ask, outcome));
        }
    }

    @Override
    public String toString() {
        return errands.values().toString();
    }
}
