package io.covenant.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// A connection to an instance: one request at a time, and another one only after an answer that both sides know the
/// end of.
///
/// Lives on its event loop.
final class UpstreamConnection extends ChannelInboundHandlerAdapter {

    private final Pool pool;
    private final Channel channel;
    private final @Nullable SslContext security;

    private @Nullable Transfer transfer;
    private @Nullable RequestBody sending;
    private @Nullable Answer answer;
    /// Whether it has carried an answer before.
    private boolean used;
    private boolean told;
    /// Within an answer that is not the answer yet, such as 103.
    private boolean interim;
    private boolean reusable;
    private boolean paused;
    /// Whether it can be put away when all is looked at that came: a second answer must not become another request's.
    private boolean resting;
    /// When it was put away last.
    private volatile long idleSince;

    /// @param security what it is secured by; absent for one in the clear
    UpstreamConnection(Pool pool, Channel channel, @Nullable SslContext security) {
        this.pool = pool;
        this.channel = channel;
        this.security = security;
    }

    Channel channel() {
        return channel;
    }

    @Nullable
    SslContext security() {
        return security;
    }

    void putAwayAt(long now) {
        idleSince = now;
    }

    long idleFor(long now) {
        return now - idleSince;
    }

    void run(Runnable task) {
        var loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    void close() {
        var _ = channel.close();
    }

    /// Sends a request.
    void carry(Transfer next) {
        if (!channel.isActive()) {
            next.askAgain();
            return;
        }
        if (next.isOver()) {
            pool.putAway(this); // nobody wants it any longer, and nothing was sent
            return;
        }
        HttpRequest head;
        try {
            head = next.head();
        } catch (RuntimeException unspeakable) {
            pool.putAway(this);
            next.fail(unspeakable);
            return;
        }
        transfer = next;
        told = false;
        reusable = true;
        var body = next.body();
        var _ = channel.write(head).addListener(written -> {
            if (!written.isSuccess()) {
                unsent(next, written.cause());
            }
        });
        if (body == null) {
            channel.flush();
            return;
        }
        var mine = new RequestBody(channel, this::fail);
        sending = mine;
        body.subscribe(mine);
        channel.flush();
    }

    /// The instance had closed the connection while it rested: it never got the whole head, so nothing was done.
    private void unsent(Transfer mine, Throwable cause) {
        if (transfer != mine) {
            return;
        }
        if (used && answer == null) {
            end();
            close();
            mine.askAgain();
        } else {
            fail(cause);
        }
    }

    void pause(boolean pause) {
        if (paused != pause) {
            paused = pause;
            channel.config().setAutoRead(!pause);
        }
    }

    /// The request is not wanted any longer.
    void leave(Transfer left) {
        if (transfer == left) {
            var begun = answer;
            boolean first = !told;
            end();
            close();
            if (begun != null && first) {
                begun.dispose(); // nobody has heard of it
            }
        }
    }

    /// The answer is not wanted any longer.
    void leave(Answer left) {
        if (answer == left) {
            end();
            close();
        }
    }

    private void end() {
        var body = sending;
        if (body != null) {
            reusable &= body.isSent();
            body.cancel();
        }
        transfer = null;
        sending = null;
        answer = null;
        pause(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (transfer == null) {
            ReferenceCountUtil.release(message);
            resting = false;
            close(); // whoever speaks without having been asked
            return;
        }
        if (message instanceof HttpResponse head) {
            begin(head);
        }
        if (message instanceof HttpContent content) {
            more(content);
        }
    }

    private void begin(HttpResponse head) {
        int code = head.status().code();
        if (head.decoderResult().isFailure()) {
            fail(head.decoderResult().cause());
        } else if (code == 101) {
            fail(new BrokenOffException("the instance changed the protocol without having been asked to"));
        } else if (code < 200) {
            interim = true;
        } else {
            reusable &= HttpUtil.isKeepAlive(head)
                    && (HttpUtil.isContentLengthSet(head)
                            || HttpUtil.isTransferEncodingChunked(head)
                            || code == 204
                            || code == 304);
            answer = new Answer(head, this);
        }
    }

    private void more(HttpContent content) {
        var mine = answer;
        if (interim || mine == null) {
            content.release();
            interim &= !(content instanceof LastHttpContent);
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            fail(content.decoderResult().cause());
            return;
        }
        ByteBuf bytes = content.content();
        if (bytes.isReadable()) {
            mine.add(bytes);
        } else {
            bytes.release();
        }
        if (content instanceof LastHttpContent) {
            whole(mine);
        }
    }

    private void whole(Answer mine) {
        var asked = transfer;
        boolean first = !told;
        used = true;
        end();
        if (reusable) {
            resting = true; // unless more comes with it
        } else {
            close();
        }
        mine.end();
        if (first && asked != null) {
            asked.answer(mine);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (resting) {
            resting = false;
            pool.putAway(this);
            return;
        }
        var asked = transfer;
        var mine = answer;
        if (!told && asked != null && mine != null) {
            told = true;
            asked.answer(mine);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (sending != null) {
            sending.goOn();
        }
    }

    /// Who ends TLS says nothing more, though the connection may stay.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new BrokenOffException("the connection was closed before the end of the answer"));
        pool.lost(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
    }

    private void fail(Throwable cause) {
        var asked = transfer;
        var begun = answer;
        boolean first = !told;
        end();
        close();
        if (begun != null && !first) {
            begun.fail(cause);
        } else if (asked != null) {
            if (begun != null) {
                begun.dispose();
            }
            asked.fail(cause);
        }
    }
}
