package io.covenant.locks.session;

import io.covenant.locks.session.SessionEffect.Became;
import io.covenant.locks.session.SessionEffect.Send;
import io.covenant.locks.session.SessionEffect.Settle;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.Want;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A session on a stage: the test plays time and the service.
final class Play {

    static final long TTL = 9_000;

    final SessionCore core;
    final List<SessionEffect> seen = new ArrayList<>();
    private final List<Send> unanswered = new ArrayList<>();
    private long nanos;
    private long wallMillis = 1_700_000_000_000L;
    private long asks;

    Play() {
        this(SessionSettings.of("play", List.of("http://a", "http://b", "http://c"), TTL, 1));
    }

    Play(SessionSettings settings) {
        core = new SessionCore(settings);
    }

    static Play opened() {
        var play = new Play();
        play.feed(new SessionInput.Open(play.now()));
        play.answer(play.last(Call.Open.class), new SessionOpened(7, TTL, 0, TTL / 3));
        return play;
    }

    Moment now() {
        return new Moment(nanos, wallMillis);
    }

    void feed(SessionInput input) {
        for (var effect : core.on(input)) {
            seen.add(effect);
            switch (effect) {
                case Send send -> unanswered.add(send);
                case SessionEffect.Abandon(var number) -> unanswered.removeIf(send -> send.number() == number);
                case Settle _, Became _ -> {}
            }
        }
    }

    /// Time passes, and the session is woken as often as it wishes.
    Play after(long millis) {
        long until = nanos + millis * Moment.MILLI;
        while (core.wakeAtNanos() <= until) {
            advance(Math.max(nanos, core.wakeAtNanos()));
            feed(new SessionInput.Ticked(now()));
        }
        advance(until);
        return this;
    }

    /// Time passes while nothing of this process runs.
    Play stoppedFor(long millis) {
        advance(nanos + millis * Moment.MILLI);
        return this;
    }

    /// Time passes while the machine sleeps, and its monotonic clock with it.
    Play suspendedFor(long millis) {
        wallMillis += millis;
        return this;
    }

    private void advance(long to) {
        wallMillis += to / Moment.MILLI - nanos / Moment.MILLI;
        nanos = to;
    }

    long acquire(String name, long waitMillis) {
        return ask(new Operation.Acquire(1, List.of(Want.exclusive(name)), waitMillis, 0, null), 1_000);
    }

    long ask(Operation operation, long patienceMillis) {
        feed(new SessionInput.Asked(now(), ++asks, operation, patienceMillis));
        return asks;
    }

    void answer(Send send, Object body) {
        answer(send, (Answer) new Answer.Done(1, body));
    }

    void answer(Send send, Answer answer) {
        unanswered.remove(send);
        feed(new SessionInput.Answered(now(), send.number(), answer));
    }

    void keepAlive(Send send) {
        answer(send, new KeptAlive(TTL, 1));
    }

    static Granted granted(String name, long token) {
        var grant = new Grant(name, LockMode.EXCLUSIVE, token, "v1:exclusive:" + token + ":" + name, 1);
        return new Granted(token, List.of(grant), TTL);
    }

    static Cancelled cancelled(Cancelled.Undone undone) {
        return new Cancelled(undone);
    }

    static Answer refused(int status, String code) {
        return new Answer.Refused(1, LockProblem.of(status, code, ""));
    }

    List<Send> unanswered(Class<? extends Call> type) {
        return unanswered.stream().filter(send -> type.isInstance(send.call())).toList();
    }

    Send last(Class<? extends Call> type) {
        return unanswered(type).getLast();
    }

    Call.Perform lastPerform() {
        return (Call.Perform) last(Call.Perform.class).call();
    }

    Optional<Outcome> outcome(long ask) {
        return seen.stream()
                .filter(Settle.class::isInstance)
                .map(Settle.class::cast)
                .filter(settle -> settle.ask() == ask)
                .map(Settle::outcome)
                .findFirst();
    }

    List<SessionState> states() {
        return seen.stream()
                .filter(Became.class::isInstance)
                .map(effect -> ((Became) effect).to())
                .toList();
    }
}
