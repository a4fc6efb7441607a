package io.covenant.gateway.upstream;

import io.covenant.gateway.protection.ProtectionProperties;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections to one instance. A request gets the one that was put away last on its own event loop, or a new one
/// there; where there may be no more, one of another loop, or the next that is put away.
final class Pool {

    private static final Logger log = LoggerFactory.getLogger(Pool.class);
    private static final int LONGEST_HEAD = 16 * 1024;

    private final Place place;
    private final ProtectionProperties bounds;
    private final UpstreamTls tls;

    /// Those that are there, and those that are about to be.
    private final AtomicInteger open = new AtomicInteger();

    private final Map<EventLoop, Deque<UpstreamConnection>> idle = new ConcurrentHashMap<>();
    private final Queue<Transfer> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final long maxIdle;
    /// False from a handshake that failed, which is told, to the next that does not.
    private volatile boolean believed = true;

    Pool(Place place, ProtectionProperties bounds, UpstreamTls tls) {
        this.place = place;
        this.bounds = bounds;
        this.tls = tls;
        this.maxIdle = bounds.maxIdle().toNanos();
    }

    Place place() {
        return place;
    }

    /// Finds a connection for this one. On the event loop of its request.
    void ask(Transfer transfer) {
        if (transfer.isOver()) {
            return;
        }
        var free = idleOf(idle.get(transfer.loop()));
        if (free == null && enter()) {
            connect(transfer);
            return;
        }
        if (free == null) {
            free = idleAnywhere();
        }
        if (free == null) {
            await(transfer);
        } else {
            hand(transfer, free);
        }
    }

    private void hand(Transfer transfer, UpstreamConnection free) {
        if (!transfer.take(free)) {
            putAway(free);
        }
    }

    private boolean enter() {
        int before = open.get();
        while (before < bounds.maxConnections()) {
            if (open.compareAndSet(before, before + 1)) {
                return true;
            }
            before = open.get();
        }
        return false;
    }

    private void exit() {
        open.decrementAndGet();
    }

    private @Nullable UpstreamConnection idleOf(@Nullable Deque<UpstreamConnection> mine) {
        if (mine == null) {
            return null;
        }
        for (var free = mine.pollFirst(); free != null; free = mine.pollFirst()) {
            if (free.channel().isActive() && isUpToDate(free) && free.idleFor(System.nanoTime()) < maxIdle) {
                return free;
            }
            free.close();
        }
        return null;
    }

    /// Whether it was opened by the SSL bundle as it is now.
    private boolean isUpToDate(UpstreamConnection free) {
        return Objects.equals(free.security(), security());
    }

    private @Nullable UpstreamConnection idleAnywhere() {
        for (var some : idle.values()) {
            var free = idleOf(some);
            if (free != null) {
                return free;
            }
        }
        return null;
    }

    /// What connections are secured by as long as its bundle is not reloaded; nothing where they are in the clear.
    private @Nullable SslContext security() {
        return place.secure() ? tls.current() : null;
    }

    private void connect(Transfer transfer) {
        SslContext security;
        try {
            security = security();
        } catch (IllegalStateException unspoken) {
            exit();
            distrust(transfer, unspoken);
            return;
        }
        var _ = new Bootstrap()
                .group(transfer.loop())
                .channel(transfer.channelType())
                .resolver(place.resolver(transfer.loop()))
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(bounds.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (security != null) {
                            channel.pipeline().addLast(handshake(security, channel));
                        }
                        channel.pipeline()
                                .addLast(new HttpClientCodec(decoding(), false, false))
                                .addLast(new UpstreamConnection(Pool.this, channel, security));
                    }
                })
                .connect(place.address())
                .addListener((Future<Void> connected) -> connected(transfer, connected));
    }

    private static HttpDecoderConfig decoding() {
        return new HttpDecoderConfig().setMaxHeaderSize(LONGEST_HEAD);
    }

    private SslHandler handshake(SslContext security, Channel channel) {
        var handler = security.newHandler(
                channel.alloc(), place.name(), place.address().getPort());
        handler.setHandshakeTimeoutMillis(bounds.handshakeTimeout().toMillis());
        return handler;
    }

    private void connected(Transfer transfer, Future<Void> connected) {
        if (connected.isSuccess() && connected instanceof ChannelFuture future) {
            var connection = future.channel().pipeline().get(UpstreamConnection.class);
            var handshake = future.channel().pipeline().get(SslHandler.class);
            if (handshake == null) {
                hand(transfer, connection);
            } else {
                handshake.handshakeFuture().addListener(shaken -> shaken(transfer, connection, shaken));
            }
        } else {
            exit();
            transfer.fail(connected.cause());
            serve();
        }
    }

    private void shaken(Transfer transfer, UpstreamConnection connection, Future<?> shaken) {
        if (shaken.isSuccess()) {
            believed = true;
            hand(transfer, connection);
            return;
        }
        connection.close();
        distrust(transfer, shaken.cause());
    }

    private void distrust(Transfer transfer, Throwable cause) {
        if (believed) {
            believed = false;
            log.warn("{} and the gateway do not believe each other: {}", place, cause.toString());
        }
        transfer.fail(new HandshakeFailedException("no handshake with " + place, cause));
    }

    private void await(Transfer transfer) {
        if (waitingCount.incrementAndGet() > bounds.maxWaiting()) {
            waitingCount.decrementAndGet();
            transfer.fail(new NoConnectionException("too many requests wait for a connection to " + place));
            return;
        }
        waiting.add(transfer);
        var _ = transfer.loop()
                .schedule(() -> giveUp(transfer), bounds.maxWait().toNanos(), TimeUnit.NANOSECONDS);
        serve(); // one may have been put away just now
    }

    private void giveUp(Transfer transfer) {
        if (waiting.remove(transfer)) {
            waitingCount.decrementAndGet();
            transfer.fail(new NoConnectionException("no connection to " + place + " became free"));
        }
    }

    /// It needs no connection any longer.
    void forget(Transfer transfer) {
        if (waiting.remove(transfer)) {
            waitingCount.decrementAndGet();
        }
    }

    /// Gives those who wait what there is. Each change after which there may be something ends here.
    private void serve() {
        while (!waiting.isEmpty()) {
            var free = idleAnywhere();
            if (free == null && !enter()) {
                return;
            }
            var next = waiting.poll();
            if (next != null) {
                waitingCount.decrementAndGet();
            }
            if (free != null) {
                if (next == null || !next.take(free)) {
                    shelve(free);
                }
            } else if (next == null || next.isOver()) {
                exit();
            } else {
                connect(next);
            }
        }
    }

    /// Keeps a connection for the next request.
    void putAway(UpstreamConnection free) {
        shelve(free);
        serve();
    }

    private void shelve(UpstreamConnection free) {
        free.putAwayAt(System.nanoTime());
        var loop = free.channel().eventLoop();
        var shelf = idle.get(loop);
        if (shelf == null) {
            shelf = idle.computeIfAbsent(loop, _ -> new ConcurrentLinkedDeque<>());
        }
        shelf.offerFirst(free);
    }

    /// A connection is closed.
    void lost(UpstreamConnection closed) {
        var shelf = idle.get(closed.channel().eventLoop());
        if (shelf != null) {
            shelf.remove(closed);
        }
        exit();
        serve();
    }

    /// Closes what has rested for too long.
    ///
    /// @return whether there is nothing left
    boolean sweep(long now) {
        for (var shelf : idle.values()) {
            var oldest = shelf.peekLast();
            while (oldest != null && oldest.idleFor(now) >= maxIdle) {
                if (shelf.remove(oldest)) {
                    oldest.close();
                }
                oldest = shelf.peekLast();
            }
        }
        return open.get() == 0 && waiting.isEmpty();
    }

    void close() {
        idle.values().forEach(shelf -> shelf.forEach(UpstreamConnection::close));
    }
}
