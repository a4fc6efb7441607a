package io.covenant.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBuffer;
import reactor.core.publisher.BaseSubscriber;

/// Sends the body of a request, no faster than the connection takes it.
///
/// Lives on the event loop of the connection; the body may come from elsewhere.
final class RequestBody extends BaseSubscriber<DataBuffer> {

    private final Channel channel;
    private final Consumer<Throwable> failed;

    /// Whether a part was asked for that did not come yet.
    private boolean asking;
    private boolean sent;

    RequestBody(Channel channel, Consumer<Throwable> failed) {
        this.channel = channel;
        this.failed = failed;
    }

    boolean isSent() {
        return sent;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        asking = true;
        request(1);
    }

    @Override
    protected void hookOnNext(DataBuffer part) {
        var bytes = bytesOf(part);
        onLoop(() -> {
            asking = false;
            var _ = channel.writeAndFlush(new DefaultHttpContent(bytes), channel.voidPromise());
            goOn();
        });
    }

    /// Asks for the next part, if there is room for it.
    void goOn() {
        if (!asking && !sent && channel.isWritable()) {
            asking = true;
            request(1);
        }
    }

    @Override
    protected void hookOnComplete() {
        onLoop(() -> {
            sent = true;
            var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
        });
    }

    @Override
    protected void hookOnError(Throwable failure) {
        onLoop(() -> failed.accept(failure));
    }

    private void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().execute(task);
        }
    }

    private static ByteBuf bytesOf(DataBuffer part) {
        if (part instanceof NettyDataBuffer netty) {
            return netty.getNativeBuffer();
        }
        var bytes = new byte[part.readableByteCount()];
        part.read(bytes);
        DataBufferUtils.release(part);
        return Unpooled.wrappedBuffer(bytes);
    }
}
