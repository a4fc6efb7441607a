package io.covenant.gateway.protection;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/// Completes when the time of a request is over: at its deadline, unless it turned out to be a stream before.
final class TimeLimit extends Mono<Void> implements Subscription, Runnable {

    private final Deadline deadline;
    private final Scheduler timers;
    private final Disposable.Swap waiting = Disposables.swap();
    private volatile boolean streaming;
    private volatile @Nullable CoreSubscriber<? super Void> waiter;

    /// @param timers where the deadline is waited for
    TimeLimit(Deadline deadline, Scheduler timers) {
        this.deadline = deadline;
        this.timers = timers;
    }

    Deadline deadline() {
        return deadline;
    }

    boolean isStreaming() {
        return streaming;
    }

    /// Holds until then instead of the deadline.
    void outlive(Mono<Void> over) {
        streaming = true;
        waiting.update(over.subscribe(_ -> {}, _ -> tell(), this::tell));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        waiter = actual;
        actual.onSubscribe(this);
        waiting.replace(timers.schedule(this, deadline.allowed().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public void run() {
        if (!streaming) {
            tell();
        }
    }

    private void tell() {
        var actual = waiter;
        if (actual != null) {
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        // there is one signal, whoever wants it
    }

    @Override
    public void cancel() {
        waiting.dispose();
    }
}
