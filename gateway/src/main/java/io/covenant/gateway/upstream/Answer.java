package io.covenant.gateway.upstream;

import io.covenant.gateway.edge.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/// The answer of an instance: its head, and its body for whoever takes it, once. The connection is read no faster than
/// the body is taken.
///
/// Lives on the event loop of its connection; who takes it may be elsewhere.
public final class Answer implements Disposable {

    /// The attribute of an exchange that was answered so.
    public static final String ATTRIBUTE = Answer.class.getName();

    /// So many bytes may wait to be taken.
    private static final int MOST = 64 * 1024;

    private final HttpResponse head;
    private final UpstreamConnection connection;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final Deque<ByteBuf> waiting = new ArrayDeque<>(2);

    private int waitingBytes;
    private @Nullable Throwable failure;
    private @Nullable Stream stream;
    /// Nothing comes any more; what waits changes only by being taken.
    private volatile boolean ended;

    Answer(HttpResponse head, UpstreamConnection connection) {
        this.head = head;
        this.connection = connection;
    }

    public int status() {
        return head.status().code();
    }

    /// Adds the headers that go further than the connection they came on.
    public void addHeadersTo(HttpHeaders headers) {
        var named = HopByHop.named(head.headers().getAll(HttpHeaders.CONNECTION));
        var all = head.headers().iteratorCharSequence();
        while (all.hasNext()) {
            var each = all.next();
            var name = each.getKey().toString();
            if (!HopByHop.has(named, name)) {
                headers.add(name, each.getValue().toString());
            }
        }
    }

    /// Whether all of it is here, to be taken by [#whole].
    boolean isWhole() {
        return ended && failure == null;
    }

    /// The whole body; empty if somebody has it already.
    ByteBuf whole() {
        if (!taken.compareAndSet(false, true)) {
            return Unpooled.EMPTY_BUFFER;
        }
        var first = waiting.poll();
        if (first == null || waiting.isEmpty()) {
            return first == null ? Unpooled.EMPTY_BUFFER : first;
        }
        var all = Unpooled.compositeBuffer(waiting.size() + 1).addComponent(true, first);
        waiting.forEach(each -> all.addComponent(true, each));
        waiting.clear();
        return all;
    }

    boolean isEmpty() {
        return isWhole() && waiting.isEmpty();
    }

    /// The body, as it comes.
    Flux<ByteBuf> body() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super ByteBuf> subscriber) {
                if (taken.compareAndSet(false, true)) {
                    var mine = new Stream(subscriber);
                    connection.run(() -> stream = mine);
                    subscriber.onSubscribe(mine);
                } else {
                    Operators.error(subscriber, new IllegalStateException("the body was taken before"));
                }
            }
        };
    }

    /// Wants none of it, or no more: a connection on which it would still come is closed.
    @Override
    public void dispose() {
        if (taken.compareAndSet(false, true)) {
            connection.run(this::discard);
        } else if (!ended) {
            connection.run(this::leave);
        }
    }

    private void leave() {
        if (!ended) {
            discard();
        }
    }

    private void discard() {
        if (!ended) {
            connection.leave(this);
            ended = true;
        }
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        waitingBytes = 0;
    }

    /// More of the body came.
    void add(ByteBuf content) {
        if (ended) {
            content.release();
            return;
        }
        waiting.add(content);
        waitingBytes += content.readableBytes();
        if (stream != null) {
            stream.flow();
        }
        if (waitingBytes > MOST) {
            connection.pause(true);
        }
    }

    /// That was all.
    void end() {
        ended = true;
        if (stream != null) {
            stream.flow();
        }
    }

    /// It will never be whole.
    void fail(Throwable cause) {
        failure = Problem.of(HttpStatus.BAD_GATEWAY, "upstream-failed", "The service broke off in its answer.")
                .causedBy(cause);
        ended = true;
        if (stream != null) {
            stream.flow();
        }
    }

    private final class Stream implements Subscription {

        private final CoreSubscriber<? super ByteBuf> subscriber;
        private long wanted;
        private boolean flowing;
        private boolean over;

        Stream(CoreSubscriber<? super ByteBuf> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long more) {
            connection.run(() -> {
                wanted = Operators.addCap(wanted, more);
                flow();
            });
        }

        @Override
        public void cancel() {
            connection.run(() -> {
                over = true;
                discard();
            });
        }

        void flow() {
            if (flowing) {
                return;
            }
            flowing = true;
            while (!over && wanted > 0 && !waiting.isEmpty()) {
                var next = waiting.remove();
                waitingBytes -= next.readableBytes();
                wanted--;
                subscriber.onNext(next);
            }
            flowing = false;
            if (!ended && waitingBytes <= MOST / 2) {
                connection.pause(false);
            }
            if (ended && !over && waiting.isEmpty()) {
                over = true;
                if (failure == null) {
                    subscriber.onComplete();
                } else {
                    subscriber.onError(failure);
                }
            }
        }
    }
}
