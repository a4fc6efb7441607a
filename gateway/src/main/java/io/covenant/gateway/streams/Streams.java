package io.covenant.gateway.streams;

import io.covenant.gateway.edge.Callers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerResponse;

/// The streams that go through this gateway. When it stops they end first, so that nothing waits for them and their
/// clients come back to another gateway.
@Component
public final class Streams implements SmartLifecycle {

    private static final String EVENTS = "text/event-stream";

    private final StreamProperties properties;
    private final InstantSource clock;
    private final AtomicInteger open = new AtomicInteger();
    private volatile Sinks.Empty<Void> stopping = Sinks.empty();
    private volatile boolean running;

    Streams(StreamProperties properties, InstantSource clock, MeterRegistry registry) {
        this.properties = properties;
        this.clock = clock;
        Gauge.builder("covenant.gateway.streams", open, AtomicInteger::get)
                .description("streams of events and sockets that are open")
                .register(registry);
    }

    /// Whether a client asks for a stream, as browsers do.
    public static boolean isWanted(ServerHttpRequest request) {
        var wanted = request.getHeaders().getFirst(HttpHeaders.ACCEPT);
        return wanted != null && wanted.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }

    /// The same exchange, whose client hears that a stream has begun though nothing happens in it yet.
    public static ServerWebExchange telling(ServerWebExchange exchange) {
        var response = exchange.getResponse();
        var nothing = response.bufferFactory().wrap(new byte[0]);
        return exchange.mutate()
                .response(new ServerHttpResponseDecorator(response) {
                    @Override
                    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
                        return super.writeAndFlushWith(Flux.concat(Mono.just(Mono.just(nothing)), body));
                    }
                })
                .build();
    }

    /// Whether an answer with these headers goes on until somebody ends it.
    public static boolean isStream(HttpHeaders answer) {
        var type = answer.getFirst(HttpHeaders.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }

    /// Completes when a stream of events has to end: nothing went to its client for too long, or it is [#due].
    public Mono<Void> over(ServerWebExchange exchange) {
        return counted(Mono.firstWithSignal(due(exchange), silent(exchange.getResponse())));
    }

    /// Completes when a stream has to end, however lively it is: its time or its token's is over, or the gateway's.
    public Mono<Void> due(ServerWebExchange exchange) {
        return Mono.firstWithSignal(
                stopping.asMono(), Mono.delay(longest(exchange)).then());
    }

    /// How long a stream may be silent.
    public Duration idle() {
        return properties.idle();
    }

    /// Counts a stream as open for as long as this is waited for.
    public <T> Mono<T> counted(Mono<T> stream) {
        return Mono.defer(() -> {
            open.incrementAndGet();
            return stream.doFinally(_ -> open.decrementAndGet());
        });
    }

    private Duration longest(ServerWebExchange exchange) {
        return Callers.expiry(exchange)
                .map(expiry -> Duration.between(clock.instant(), expiry))
                .filter(left -> left.compareTo(properties.longest()) < 0)
                .map(left -> left.isNegative() ? Duration.ZERO : left)
                .orElse(properties.longest());
    }

    /// No byte goes out, because none comes or because the client takes none.
    private Mono<Void> silent(ServerHttpResponse response) {
        if (ServerHttpResponseDecorator.getNativeResponse(response) instanceof HttpServerResponse server) {
            return Mono.create(sink -> server.withConnection(
                    connection -> connection.onWriteIdle(properties.idle().toMillis(), sink::success)));
        }
        throw new IllegalStateException("an answer that does not go to a socket");
    }

    @Override
    public void start() {
        stopping = Sinks.empty();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        var _ = stopping.tryEmitEmpty();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Watches two sides of one stream: completes when neither said anything for too long.
    public Silence silence() {
        return new Silence(properties.idle());
    }

    /// When somebody spoke last.
    public static final class Silence {

        private final Duration longest;
        private volatile long spoken = System.nanoTime();

        private Silence(Duration longest) {
            this.longest = longest;
        }

        public void broken() {
            spoken = System.nanoTime();
        }

        public Mono<Void> tooLong() {
            return Flux.interval(longest.dividedBy(4))
                    .onBackpressureDrop()
                    .takeUntil(_ -> System.nanoTime() - spoken >= longest.toNanos())
                    .then();
        }
    }
}
