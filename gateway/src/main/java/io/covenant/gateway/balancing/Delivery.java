package io.covenant.gateway.balancing;

import io.covenant.balancing.Call;
import io.covenant.balancing.Criteria;
import io.covenant.balancing.Outcome;
import io.covenant.balancing.Picker;
import io.covenant.balancing.Trace;
import io.covenant.balancing.retry.Progress;
import io.covenant.balancing.retry.RetryRule.Verdict;
import io.covenant.gateway.edge.LoopTimers;
import io.covenant.gateway.edge.ProblemException;
import io.covenant.gateway.edge.RequestId;
import io.covenant.gateway.edge.Served;
import io.covenant.gateway.protection.Deadline;
import io.covenant.gateway.streams.Streams;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.channel.AbortedException;

/// One request on its way to an instance, and to another where that one does not answer or answers that it cannot.
///
/// Every [Call] that it picks is ended: by the failure, by the end of the answer, or, whoever goes away first, by
/// [#over].
final class Delivery {

    private static final String ATTRIBUTE = Delivery.class.getName();

    /// How a try ended, as far as the head of the answer.
    private sealed interface Head {

        record Came(int status) implements Head {}

        record Failed(Throwable failure) implements Head {}
    }

    private record Next(Call call, Duration pause) {}

    private final Service service;
    private final Picker picker;
    private final Terms terms;
    private final Deadline deadline;
    private final ServerWebExchange exchange;
    private final GatewayFilterChain chain;

    /// Of a request that wants to know where it went.
    private final @Nullable RequestTrace asked;

    private Criteria criteria;
    private int tries;
    /// When the last try began.
    private long begun;
    /// What to answer when nobody else is asked: that something may have been done outweighs that something was not.
    private @Nullable ProblemException worst;

    private volatile @Nullable Call call;
    private volatile @Nullable Attempt attempt;
    private volatile int status;
    private volatile boolean over;
    /// Picked, and not sent yet.
    private final AtomicReference<@Nullable Next> spare = new AtomicReference<>();

    Delivery(
            Service service,
            Picker picker,
            Criteria criteria,
            Terms terms,
            ServerWebExchange exchange,
            GatewayFilterChain chain) {
        this.service = service;
        this.picker = picker;
        this.criteria = criteria;
        this.terms = terms;
        this.deadline = Deadline.of(exchange);
        this.exchange = exchange;
        this.chain = chain;
        this.asked = terms.traces().of(exchange, terms.route(), service.name());
    }

    static @Nullable Delivery of(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    Mono<Void> begin() {
        if (!service.enters()) {
            return Mono.error(Trouble.CROWDED.problem(service.name()).asException());
        }
        exchange.getAttributes().put(ATTRIBUTE, this);
        long now = System.nanoTime();
        service.budget().requested(now);
        var first = pick(criteria, now);
        return first == null ? Mono.error(Trouble.noInstance(service.name()).asException()) : send(first);
    }

    private @Nullable Call pick(Criteria wanted, long now) {
        boolean sampled = service.decisions().wantsOne(now);
        if (!sampled && asked == null) {
            return picker.call(wanted, now);
        }
        var trace = new Trace();
        var picked = picker.call(wanted, now, trace);
        if (sampled) {
            service.decisions().add(new Decisions.Made(RequestId.of(exchange), terms.route(), trace.decision()));
        }
        if (asked != null) {
            asked.picked(trace.decision(), now);
        }
        return picked;
    }

    private Mono<Void> send(Call next) {
        tries++;
        if (tries > 1) {
            service.retried();
        }
        begun = System.nanoTime();
        var mine = new Attempt(exchange, next.instance(), tries);
        attempt = mine;
        call = next;
        if (over) {
            next.end(Outcome.CANCELLED, System.nanoTime());
            return Mono.empty();
        }
        criteria = criteria.without(next.instance().id());
        exchange.getAttributes().put(Served.BY, next.instance().address());
        exchange.getAttributes().put(Served.TRIES, tries);
        var answer = chain.filter(mine);
        if (mayBeLeft()) {
            answer = answer.timeout(leaving());
        }
        return answer.then(Mono.<Head>fromSupplier(() -> new Head.Came(mine.status())))
                .onErrorResume(failure -> Mono.just(new Head.Failed(failure)))
                .flatMap(head -> switch (head) {
                    case Head.Came(var code) -> came(next, mine, code);
                    case Head.Failed(var failure) -> failed(next, mine, failure);
                });
    }

    /// Whether an instance that says nothing may be left for another one.
    private boolean mayBeLeft() {
        return terms.repeatable() && tries < terms.rule().mostTries() && service.size() > 1;
    }

    /// Ends when this one was silent for too long and there is somebody else to ask: who is ejected now may be well
    /// before the deadline.
    private Mono<Object> leaving() {
        return Mono.delay(terms.patience(), LoopTimers.of(exchange)).flatMap(_ -> leave() ? Mono.empty() : leaving());
    }

    /// Finds somebody else to ask before this one is left.
    private boolean leave() {
        var next = another(Progress.SENT, criteria);
        if (next == null) {
            return false;
        }
        spare.set(next);
        if (over) {
            endSpare();
            return false;
        }
        return true;
    }

    private Mono<Void> came(Call mine, Attempt its, int code) {
        long now = System.nanoTime();
        tell(mine, Integer.toString(code), now);
        boolean bad = code >= 500 || code == 429;
        if (bad && terms.repeatable() && isPassing(code)) {
            var next = another(Progress.SENT, criteria);
            if (next != null) {
                mine.end(Outcome.ofStatus(code), now);
                its.abandon();
                return after(next);
            }
        }
        status = code;
        exchange.getAttributes().put(Served.HEAD_NANOS, now - begun);
        if (!bad) {
            mine.answered(now);
        }
        its.accept();
        if (Streams.isStream(exchange.getResponse().getHeaders())) {
            Deadline.outlive(exchange, terms.streams().over(exchange));
        }
        return Mono.empty();
    }

    private void tell(Call ended, String how, long now) {
        if (asked != null) {
            asked.ended(ended.instance().id(), how, now);
        }
    }

    /// Another instance might do better.
    private static boolean isPassing(int code) {
        return switch (code) {
            case 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    private Mono<Void> failed(Call mine, Attempt its, Throwable failure) {
        its.abandon();
        var left = failure instanceof TimeoutException ? spare.getAndSet(null) : null;
        var trouble = left == null ? Trouble.of(failure) : Trouble.SLOW;
        if (trouble == Trouble.REFUSED) {
            terms.returns().watch(service, mine.instance());
        }
        long now = System.nanoTime();
        tell(mine, trouble.name(), now);
        mine.end(trouble.outcome(), now);
        var problem = trouble.problem(service.name()).causedBy(failure);
        if (worst == null || trouble.progress() == Progress.SENT) {
            worst = problem;
        }
        var wanted = terms.repeatable() ? criteria.orWhoeverIsLeft() : criteria;
        var next = left == null ? another(trouble.progress(), wanted) : left;
        return next == null ? Mono.error(worst) : after(next);
    }

    private @Nullable Next another(Progress progress, Criteria wanted) {
        long now = System.nanoTime();
        if (over || !picker.hasSomebody(wanted, now)) {
            return null;
        }
        var verdict = terms.rule()
                .after(
                        tries,
                        progress,
                        terms.repeatable(),
                        deadline.left(now),
                        terms.chance().unit(),
                        service.budget(),
                        now);
        return switch (verdict) {
            case Verdict.Enough _ -> null;
            case Verdict.Again(var pause) -> {
                var other = pick(wanted, now);
                yield other == null ? null : new Next(other, pause);
            }
        };
    }

    private Mono<Void> after(Next next) {
        spare.set(next);
        if (over) {
            endSpare();
            return Mono.empty();
        }
        return Mono.delay(next.pause(), LoopTimers.of(exchange)).then(Mono.defer(() -> {
            var mine = spare.getAndSet(null);
            return mine == null ? Mono.empty() : send(mine.call());
        }));
    }

    /// The request is over, whoever ended it: the client has the whole answer, or there is none, or it has gone.
    void over(SignalType signal, @Nullable Throwable failure) {
        over = true;
        service.exits();
        long now = System.nanoTime();
        var last = call;
        if (last != null) {
            last.end(outcome(signal, failure, now), now);
        }
        endSpare();
        var its = attempt;
        if (its != null && status == 0) {
            its.abandon();
        }
    }

    private void endSpare() {
        var unused = spare.getAndSet(null);
        if (unused != null) {
            unused.call().end(Outcome.CANCELLED, System.nanoTime());
        }
    }

    /// Only an instance that had all the time the gateway gives, and sent nothing, is to blame for the end of it: a
    /// client may have been in a hurry, or slow to read.
    private Outcome outcome(SignalType signal, @Nullable Throwable failure, long now) {
        return switch (signal) {
            case ON_COMPLETE -> Outcome.ofStatus(status);
            case ON_ERROR -> failure instanceof AbortedException ? Outcome.CANCELLED : Outcome.UNREACHABLE;
            default ->
                status == 0 && !deadline.wished() && deadline.left(now).isZero()
                        ? Outcome.TIMED_OUT
                        : Outcome.CANCELLED;
        };
    }
}
