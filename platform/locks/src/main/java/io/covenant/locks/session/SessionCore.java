package io.covenant.locks.session;

import io.covenant.locks.session.Sendings.Kind;
import io.covenant.locks.session.Sendings.Sending;
import io.covenant.locks.session.SessionEffect.Became;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.SessionOpened;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One session of one client, from its opening to its end. When it has ended it stays ended: whoever wants to go on
/// makes another one, and no handle of this one comes to life again.
///
/// Deterministic, and not for several threads: whoever runs it feeds one input at a time, and does what it says.
public final class SessionCore {

    private static final int MOST_KEEP_ALIVES = 3;
    private static final long CLOSING_MILLIS = 2_000;
    private static final long SOON_MILLIS = 20;

    private final SessionSettings settings;
    private final Route route;
    private final Sendings sendings = new Sendings();
    private final Errands errands;

    private SessionState state = SessionState.OPENING;
    private Lease lease = Lease.NONE;
    private String endedWhy = "";
    private @Nullable LockProblem refusal;
    private long session;
    private long ttlMillis;
    private boolean begun;
    private int failures;
    private long openAtNanos;
    private long keepAliveAtNanos;
    private long keepAliveMillis;
    private long keepAlives;
    /// The last keep-alive whose node was given up.
    private long silent;
    private long jeopardySinceNanos;
    private boolean closing;
    private long closeAtNanos;
    private long closeUntilNanos;

    public SessionCore(SessionSettings settings) {
        this.settings = settings;
        ttlMillis = settings.ttlMillis();
        keepAliveMillis = settings.keepAliveMillis();
        route = new Route(settings, new Lots(settings.seed()));
        errands = new Errands(settings, sendings, route);
    }

    /// Takes one step.
    public List<SessionEffect> on(SessionInput input) {
        return on(List.of(input));
    }

    /// Takes what happened together, in this order, as one step.
    public List<SessionEffect> on(List<? extends SessionInput> inputs) {
        List<SessionEffect> effects = new ArrayList<>(2 * inputs.size());
        sendings.tell(effects);
        for (var input : inputs) {
            noticeTime(input.at());
            take(input);
        }
        drive(inputs.getLast().at());
        return effects;
    }

    private void take(SessionInput input) {
        var now = input.at();
        switch (input) {
            case SessionInput.Open _ -> begun = true;
            case SessionInput.Asked(var _, var ask, var operation, var patience) ->
                asked(now, ask, operation, patience);
            case SessionInput.Withdrawn(var _, var ask) -> errands.withdraw(ask);
            case SessionInput.Answered(var _, var number, var answer) -> {
                var sending = sendings.answered(number);
                if (sending != null) {
                    answered(sending, answer, now);
                }
            }
            case SessionInput.Following(var _, var node) -> errands.following(node, now);
            case SessionInput.Told(var _, var index, var settled) -> {
                errands.told(index, settled, now, state == SessionState.SAFE);
                confirmSoon(now);
            }
            case SessionInput.Ticked _ -> {}
            case SessionInput.Closed _ -> close(now);
        }
    }

    /// What is parked waits for a lease that is certain.
    private void confirmSoon(Moment now) {
        if (errands.parks()) {
            keepAliveAtNanos = Math.min(keepAliveAtNanos, now.nanos());
        }
    }

    public SessionState state() {
        return state;
    }

    /// May be asked by any thread for what it [covers][Lease#covers], once it is published.
    public Lease lease() {
        return state == SessionState.SAFE ? lease : Lease.NONE;
    }

    /// 0 while there is none.
    public long session() {
        return session;
    }

    /// The node that served last.
    public String node() {
        return route.next();
    }

    /// The node that leads, as far as it is known.
    public @Nullable String leader() {
        return route.leader();
    }

    /// Why it ended; empty before.
    public String endedWhy() {
        return endedWhy;
    }

    /// Whether it has nothing left to do.
    public boolean finished() {
        return state.ended() && !closing;
    }

    /// When time alone makes a difference; [Long#MAX_VALUE] for never.
    public long wakeAtNanos() {
        return switch (state) {
            case OPENING -> begun ? Math.min(openAtNanos(), errands.wakeAtNanos(false)) : Long.MAX_VALUE;
            case SAFE -> Math.min(Math.min(lease.deadlineNanos(), keepAliveAtNanos), errands.wakeAtNanos(true));
            case JEOPARDY -> Math.min(Math.min(graceEndNanos(), keepAliveAtNanos), errands.wakeAtNanos(true));
            case EXPIRED -> Long.MAX_VALUE;
            case CLOSED ->
                closing
                        ? Math.min(Math.min(closeAtNanos, closeUntilNanos), sendings.firstUntilNanos(Kind.CLOSE))
                        : Long.MAX_VALUE;
        };
    }

    private long openAtNanos() {
        return Math.min(
                sendings.all(Kind.OPEN).isEmpty() ? openAtNanos : Long.MAX_VALUE, sendings.firstUntilNanos(Kind.OPEN));
    }

    private long graceEndNanos() {
        return jeopardySinceNanos + settings.graceMillis() * Moment.MILLI;
    }

    private void noticeTime(Moment now) {
        if (state == SessionState.SAFE && !lease.covers(now)) {
            jeopardySinceNanos = now.nanos();
            keepAliveAtNanos = Math.min(keepAliveAtNanos, now.nanos());
            become(
                    SessionState.JEOPARDY,
                    now.nanos() < lease.deadlineNanos() ? "the machine's clocks jumped" : "the lease ran out here");
        }
        if (state == SessionState.JEOPARDY && now.nanos() >= graceEndNanos()) {
            end("no node confirmed the session for %d ms after its lease ran out".formatted(settings.graceMillis()));
        }
    }

    private void asked(Moment now, long ask, Operation operation, long patienceMillis) {
        if (refusal != null) {
            sendings.tell(new SessionEffect.Settle(ask, new Outcome.Refused(refusal)));
        } else if (state.ended()) {
            sendings.tell(new SessionEffect.Settle(ask, new Outcome.SessionEnded(endedWhy)));
        } else {
            errands.ask(now, ask, operation, patienceMillis);
        }
    }

    private void answered(Sending sending, Answer answer, Moment now) {
        var errand = sending.errand();
        if (answer instanceof Answer.SessionGone && sending.kind() != Kind.CLOSE) {
            end("the service has ended it");
        } else if (errand != null) {
            errands.answered(sending, errand, answer, now, session, state == SessionState.SAFE);
            confirmSoon(now);
        } else {
            switch (sending.kind()) {
                case OPEN -> opened(sending, answer, now);
                case KEEP_ALIVE -> keptAlive(sending, answer, now);
                case CLOSE -> closed(answer, now);
                case ERRAND -> throw new IllegalStateException("an errand without one");
            }
        }
    }

    private void opened(Sending sending, Answer answer, Moment now) {
        switch (answer) {
            case Answer.Done(var term, SessionOpened opened) -> {
                session = opened.session();
                ttlMillis = opened.ttlMillis();
                keepAliveMillis = opened.keepAliveMillis() > 0
                        ? Math.min(opened.keepAliveMillis(), ttlMillis / 3)
                        : ttlMillis / 3;
                failures = 0;
                renewed(sending.at(), ttlMillis, now);
                errands.served(sending.node(), term, now);
            }
            case Answer.Refused(var _, var problem) -> {
                refusal = problem;
                errands.end(problem);
                end("the service refused it: " + problem.code());
            }
            default -> openAtNanos = now.plusMillis(pauseAfter(sending.node(), answer));
        }
    }

    private void keptAlive(Sending sending, Answer answer, Moment now) {
        if (answer instanceof Answer.Done(var term, KeptAlive(var remainingMillis, var _))) {
            failures = 0;
            for (var older : sendings.all(Kind.KEEP_ALIVE)) {
                if (older.at().nanos() <= sending.at().nanos()) {
                    sendings.abandon(older.number());
                }
            }
            renewed(sending.at(), Math.min(ttlMillis, remainingMillis), now);
            errands.served(sending.node(), term, now);
        } else {
            keepAliveAtNanos = now.plusMillis(pauseAfter(sending.node(), answer));
        }
    }

    /// The service confirmed the session to a message of then.
    private void renewed(Moment sent, long leaseMillis, Moment now) {
        var renewed = Lease.of(sent, leaseMillis, settings);
        if (!renewed.covers(now)) {
            if (state == SessionState.OPENING) {
                jeopardySinceNanos = now.nanos();
                become(SessionState.JEOPARDY, "the lease ran out before it was known");
            }
            keepAliveAtNanos = now.plusMillis(SOON_MILLIS);
            return;
        }
        if (!lease.covers(now) || renewed.deadlineNanos() > lease.deadlineNanos()) {
            lease = renewed;
        }
        keepAliveAtNanos = Math.max(sent.plusMillis(keepAliveMillis), now.plusMillis(SOON_MILLIS));
        if (state != SessionState.SAFE) {
            become(SessionState.SAFE, state == SessionState.OPENING ? "opened" : "confirmed again");
        }
        errands.safe();
    }

    private void closed(Answer answer, Moment now) {
        switch (answer) {
            case Answer.Done _, Answer.SessionGone _, Answer.Refused _ -> closing = false;
            case Answer.Redirected(var leader) -> {
                route.pointedTo(leader);
                closeAtNanos = now.nanos();
            }
            case Answer.Waits _, Answer.Unavailable _, Answer.Silence _ -> closeAtNanos = now.plusMillis(SOON_MILLIS);
        }
    }

    /// Looks elsewhere, and says after how many milliseconds.
    private long pauseAfter(String node, Answer answer) {
        failures++;
        return switch (answer) {
            case Answer.Redirected(var leader) -> {
                route.pointedTo(leader);
                yield failures <= 2 ? 0 : route.pauseMillis(failures);
            }
            case Answer.Unavailable unavailable -> {
                route.failed(node);
                if (unavailable.leader() != null && !unavailable.leader().equals(node)) {
                    route.pointedTo(unavailable.leader());
                }
                yield route.pauseMillis(failures, unavailable.retryAfterMillis());
            }
            case Answer.Silence _ -> {
                route.failed(node);
                yield route.pauseMillis(failures);
            }
            case Answer.Done _, Answer.Waits _, Answer.Refused _, Answer.SessionGone _ -> route.pauseMillis(failures);
        };
    }

    private void close(Moment now) {
        if (state.ended()) {
            return;
        }
        sendings.abandonAll();
        endedWhy = "closed";
        errands.end(endedWhy);
        lease = Lease.NONE;
        become(SessionState.CLOSED, endedWhy);
        if (session != 0) {
            closing = true;
            closeAtNanos = now.nanos();
            closeUntilNanos = now.plusMillis(CLOSING_MILLIS);
        }
    }

    private void end(String why) {
        sendings.abandonAll();
        endedWhy = why;
        lease = Lease.NONE;
        errands.end(why);
        become(SessionState.EXPIRED, why);
    }

    private void become(SessionState next, String why) {
        var before = state;
        state = next;
        sendings.tell(new Became(before, next, why));
    }

    private void drive(Moment now) {
        switch (state) {
            case OPENING -> {
                errands.impatient(now);
                if (begun) {
                    driveOpening(now);
                }
            }
            case SAFE, JEOPARDY -> {
                driveKeepAlive(now);
                errands.drive(now, session);
            }
            case EXPIRED -> {}
            case CLOSED -> driveClosing(now);
        }
    }

    private void driveOpening(Moment now) {
        for (var late : sendings.all(sending -> sending.untilNanos() <= now.nanos())) {
            sendings.abandon(late.number());
            openAtNanos = now.plusMillis(pauseAfter(late.node(), new Answer.Silence("no answer in time")));
        }
        if (sendings.all(Kind.OPEN).isEmpty() && openAtNanos <= now.nanos()) {
            var open = new Call.Open(settings.name(), settings.ttlMillis());
            sendings.send(Kind.OPEN, route.next(), now, 2 * settings.attemptMillis(), null, open);
        }
    }

    /// One that stays without an answer is followed by another one, to another node; its answer still counts.
    private void driveKeepAlive(Moment now) {
        if (keepAliveAtNanos > now.nanos()) {
            return;
        }
        var underWay = sendings.all(Kind.KEEP_ALIVE);
        if (!underWay.isEmpty()) {
            var latest = underWay.getLast();
            if (latest.untilNanos() > now.nanos()) {
                keepAliveAtNanos = latest.untilNanos();
                return;
            }
            if (latest.number() != silent) {
                silent = latest.number();
                route.failed(latest.node());
            }
            if (underWay.size() >= MOST_KEEP_ALIVES) {
                sendings.abandon(underWay.getFirst().number());
            }
        }
        var sending = sendings.send(
                Kind.KEEP_ALIVE,
                route.next(),
                now,
                settings.attemptMillis(),
                null,
                new Call.KeepAlive(session, ++keepAlives, errands.ackUpTo()));
        keepAliveAtNanos = sending.untilNanos();
    }

    private void driveClosing(Moment now) {
        if (!closing) {
            return;
        }
        if (now.nanos() >= closeUntilNanos) {
            sendings.abandonAll();
            closing = false;
        } else if (sendings.all(Kind.CLOSE).isEmpty() && closeAtNanos <= now.nanos()) {
            sendings.send(Kind.CLOSE, route.next(), now, settings.attemptMillis(), null, new Call.Close(session));
            closeAtNanos = Long.MAX_VALUE;
        } else {
            for (var late : sendings.all(sending -> sending.untilNanos() <= now.nanos())) {
                sendings.abandon(late.number());
                route.failed(late.node());
                closeAtNanos = now.nanos();
            }
        }
    }

    @Override
    public String toString() {
        return "session %d, %s, %s at %s".formatted(session, state, errands, route.next());
    }
}
