package io.covenant.gateway.upstream;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// One request to one instance, from the wish for a connection to the head of the answer. Whoever subscribes hears of
/// the head, or of what went wrong; whoever cancels has the connection closed.
final class Transfer implements Subscription {

    private enum Stage {
        /// Without a connection.
        ASKING,
        /// With one; nothing came back yet.
        SENDING,
        /// Answered, failed or no longer wanted.
        OVER
    }

    private final Pool pool;
    private final Channel client;
    private final Supplier<HttpRequest> head;
    private final @Nullable Flux<DataBuffer> body;
    private final Consumer<Answer> answered;
    private final CoreSubscriber<? super Void> subscriber;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.ASKING);

    private volatile @Nullable UpstreamConnection connection;

    private Transfer(
            Pool pool,
            Channel client,
            Supplier<HttpRequest> head,
            @Nullable Flux<DataBuffer> body,
            Consumer<Answer> answered,
            CoreSubscriber<? super Void> subscriber) {
        this.pool = pool;
        this.client = client;
        this.head = head;
        this.body = body;
        this.answered = answered;
        this.subscriber = subscriber;
    }

    /// @param client   on whose event loop a connection is looked for first
    /// @param head     as it is when the connection is there
    /// @param answered gets the answer when its head is there, before the end is heard of
    static Mono<Void> of(
            Pool pool,
            Channel client,
            Supplier<HttpRequest> head,
            @Nullable Flux<DataBuffer> body,
            Consumer<Answer> answered) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> subscriber) {
                var transfer = new Transfer(pool, client, head, body, answered, subscriber);
                subscriber.onSubscribe(transfer);
                transfer.begin();
            }
        };
    }

    private void begin() {
        var loop = loop();
        if (loop.inEventLoop()) {
            pool.ask(this);
        } else {
            loop.execute(() -> pool.ask(this));
        }
    }

    EventLoop loop() {
        return client.eventLoop();
    }

    /// A channel of the kind that connections on this loop are of.
    Class<? extends Channel> channelType() {
        return client.getClass();
    }

    HttpRequest head() {
        return head.get();
    }

    @Nullable
    Flux<DataBuffer> body() {
        return body;
    }

    boolean isOver() {
        return stage.get() == Stage.OVER;
    }

    /// Takes a connection, unless none is wanted any longer.
    boolean take(UpstreamConnection free) {
        connection = free;
        if (!stage.compareAndSet(Stage.ASKING, Stage.SENDING)) {
            return false;
        }
        free.run(() -> free.carry(this));
        return true;
    }

    /// The connection was closed before the instance could have understood anything: another one, then.
    void askAgain() {
        if (stage.compareAndSet(Stage.SENDING, Stage.ASKING)) {
            loop().execute(() -> pool.ask(this)); // not at once: many may be closed, one after the other
        }
    }

    /// The head of the answer is there.
    void answer(Answer answer) {
        if (stage.compareAndSet(Stage.SENDING, Stage.OVER)) {
            answered.accept(answer);
            subscriber.onComplete();
        } else {
            answer.dispose();
        }
    }

    void fail(Throwable why) {
        if (stage.getAndSet(Stage.OVER) != Stage.OVER) {
            subscriber.onError(why);
        }
    }

    @Override
    public void request(long number) {
        // nothing but the end is told
    }

    @Override
    public void cancel() {
        switch (stage.getAndSet(Stage.OVER)) {
            case ASKING -> pool.forget(this);
            case SENDING -> {
                var mine = connection;
                if (mine != null) {
                    mine.run(() -> mine.leave(this));
                }
            }
            case OVER -> {}
        }
    }
}
