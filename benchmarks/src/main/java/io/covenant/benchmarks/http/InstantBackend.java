package io.covenant.benchmarks.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// A server of one port that answers every request without a body with the same 128 bytes of JSON, and does not read
/// what it is asked.
public final class InstantBackend implements AutoCloseable {

    private static final int SIZE = 128;
    private static final String BODY = "{\"status\":\"" + "x".repeat(SIZE - "{\"status\":\"\"}".length()) + "\"}";
    private static final ByteBuf ANSWER = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
            .writeBytes(
                    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + SIZE + "\r\n\r\n" + BODY)
                            .getBytes(StandardCharsets.US_ASCII))
            .asReadOnly());

    private final Channel channel;

    private InstantBackend(Channel channel) {
        this.channel = channel;
    }

    /// Listens.
    public static InstantBackend start(Loop loop) {
        return new InstantBackend(new ServerBootstrap()
                .group(loop.group())
                .channel(loop.server())
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new Answering());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel());
    }

    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    private static final class Answering extends ChannelInboundHandlerAdapter {

        /// The end of a head as one number, the last byte read lowest.
        private static final int END = 0x0d0a0d0a;

        private int last;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var in = (ByteBuf) message;
            try {
                while (in.isReadable()) {
                    last = (last << 8) | (in.readByte() & 0xff);
                    if (last == END) {
                        var _ = context.write(ANSWER.duplicate(), context.voidPromise());
                    }
                }
            } finally {
                in.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            var _ = context.close();
        }
    }
}
