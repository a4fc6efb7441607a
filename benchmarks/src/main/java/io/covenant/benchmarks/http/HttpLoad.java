package io.covenant.benchmarks.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Sends one request over and over to a port of this machine, over connections that stay open, on one event loop.
public final class HttpLoad implements AutoCloseable {

    private static final Duration CONNECTING = Duration.ofSeconds(20);
    private static final int AT_ONCE = 64;

    private final Loop loop;
    private final ByteBuf request;
    private final Duration patience;
    private final List<Connection> connections = new ArrayList<>();
    private int open;
    private @Nullable Run run;
    private @Nullable ScheduledFuture<?> alarm;
    private CompletableFuture<Answers> done = new CompletableFuture<>();

    private HttpLoad(Loop loop, byte[] request, Duration patience) {
        this.loop = loop;
        this.request = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(request.length).writeBytes(request).asReadOnly());
        this.patience = patience;
    }

    /// Connects.
    ///
    /// @param request as it goes over the wire; its answers must be 200 with a `Content-Length`
    /// @param patience for answers after the last request has been sent
    public static HttpLoad open(Loop loop, int port, byte[] request, int connections, Duration patience)
            throws InterruptedException {
        var load = new HttpLoad(loop, request, patience);
        var bootstrap =
                new Bootstrap().group(loop.group()).channel(loop.client()).option(ChannelOption.TCP_NODELAY, true);
        try {
            for (int from = 0; from < connections; from += AT_ONCE) {
                var connecting = new ArrayList<ChannelFuture>();
                for (int i = from; i < Math.min(connections, from + AT_ONCE); i++) {
                    Connection connection = load.new Connection();
                    load.connections.add(connection);
                    connecting.add(bootstrap
                            .handler(load.new Wire(connection))
                            .connect(InetAddress.getLoopbackAddress(), port));
                }
                for (var each : connecting) {
                    if (!each.await(CONNECTING.toSeconds(), TimeUnit.SECONDS) || !each.isSuccess()) {
                        throw new IllegalStateException("no connection to port " + port, each.cause());
                    }
                }
            }
            return load;
        } catch (InterruptedException | RuntimeException e) {
            load.close();
            throw e;
        }
    }

    /// Sends at this pace, and waits for the answers.
    public Answers run(Pace pace) throws InterruptedException {
        done = new CompletableFuture<>();
        loop.execute(() -> begin(pace));
        try {
            return done.get(pace.time().plus(patience).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            loop.execute(this::end);
            return done.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load failed", e.getCause());
        }
    }

    private void begin(Pace pace) {
        long now = System.nanoTime();
        var begun = new Run(pace, now, this::setAlarm);
        run = begun;
        for (Connection connection : connections) {
            if (connection.isOpen()) {
                begun.free(connection, System.nanoTime());
            }
        }
        endIfOver(begun);
    }

    private void setAlarm(long time) {
        alarm = loop.schedule(this::wake, time - System.nanoTime());
    }

    private void wake() {
        var current = run;
        if (current != null) {
            current.woken(System.nanoTime());
        }
    }

    private void endIfOver(Run current) {
        if (current.isOver(System.nanoTime()) || open == 0) {
            end();
        }
    }

    private void end() {
        var current = run;
        run = null;
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (current != null) {
            done.complete(current.answers());
        }
    }

    @Override
    public void close() {
        connections.forEach(Connection::close);
    }

    private final class Connection extends Run.Line {

        private final AnswerReader reader = new AnswerReader();
        private @Nullable Channel channel;
        private boolean asking;

        boolean isOpen() {
            return channel != null && channel.isActive();
        }

        @Override
        void ask() {
            asking = true;
            var _ = Objects.requireNonNull(channel).writeAndFlush(request.duplicate(), channel.voidPromise());
        }

        void read(ByteBuf in) {
            while (in.isReadable()) {
                int status = reader.read(in);
                var current = run;
                if (status != 0 && current != null && asking) {
                    asking = false;
                    current.answered(this, status, System.nanoTime());
                    endIfOver(current);
                }
            }
        }

        void closed(String why) {
            open--;
            var current = run;
            if (current != null) {
                if (asking) {
                    asking = false;
                    current.broke(why, System.nanoTime());
                } else {
                    current.gone(this);
                }
                endIfOver(current);
            }
        }

        void close() {
            if (channel != null) {
                var _ = channel.close();
            }
        }
    }

    private final class Wire extends ChannelInboundHandlerAdapter {

        private final Connection connection;
        private String end = "the connection was closed";

        Wire(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            connection.channel = context.channel();
            open++;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var in = (ByteBuf) message;
            try {
                connection.read(in);
            } finally {
                in.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            end = failure.toString();
            var _ = context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connection.closed(end);
        }
    }
}
