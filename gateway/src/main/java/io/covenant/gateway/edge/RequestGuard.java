package io.covenant.gateway.edge;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/// Watches one connection: what could be read as two different requests is refused, a request line and headers come in
/// time, and a body that nobody wants is not read for ever. What is refused before there is a request for [EdgeFilter]
/// gets a problem document like everything else.
///
/// Lives on the event loop of its connection.
final class RequestGuard extends ChannelDuplexHandler {

    private static final Problem MALFORMED = Problem.of(
            HttpStatus.BAD_REQUEST, "malformed-request", "The request can be read in no way, or in more than one.");

    private static final Problem BAD_HOST =
            Problem.of(HttpStatus.BAD_REQUEST, "bad-host", "A request has one Host: a name or an address, and a port.");

    private static final Problem UNEXPECTED = Problem.of(
            HttpStatus.EXPECTATION_FAILED, "expectation-failed", "Nothing can be expected but 100-continue.");

    private static final Problem HEAD_LATE = Problem.of(
            HttpStatus.REQUEST_TIMEOUT, "request-timeout", "The request line and the headers did not come in time.");

    private final EdgeProperties bounds;
    private final AccessLog log;
    private final JsonMapper json;

    /// Where this guard stands: between the codec and the server.
    private @Nullable ChannelHandlerContext inside;
    /// Whether the next byte belongs to a request line or to headers.
    private boolean inHead = true;
    /// Requests that came and are not answered yet.
    private int unanswered;
    /// Whether the head of an answer is out, and its end is not.
    private boolean answering;
    /// Whether the last answer of this connection is out.
    private boolean over;
    /// Whether this connection ends with the answers to what came.
    private boolean ending;

    private @Nullable Future<?> alarm;
    private @Nullable Problem refusal;
    /// The last one that was looked at and found good: a connection names the same again and again.
    private @Nullable String knownHost;

    RequestGuard(EdgeProperties bounds, AccessLog log, JsonMapper json) {
        this.bounds = bounds;
        this.log = log;
        this.json = json;
    }

    /// The ear of this guard that sees bytes before they are requests.
    ChannelHandler bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext outside, Object bytes) {
                var context = inside;
                if (inHead && alarm == null && context != null) {
                    alarm = after(context, bounds.headTimeout(), () -> headIsLate(context));
                }
                outside.fireChannelRead(bytes);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        inside = context;
    }

    private static Future<?> after(ChannelHandlerContext context, Duration time, Runnable task) {
        return context.executor().schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void headIsLate(ChannelHandlerContext context) {
        alarm = null;
        if (unanswered > 0) {
            alarm = after(context, bounds.headTimeout(), () -> headIsLate(context)); // an answer is under way
            return;
        }
        refuse(context, HEAD_LATE);
    }

    /// Ends the connection, with a word why where it is this request's turn to be answered.
    private void refuse(ChannelHandlerContext context, Problem why) {
        calm();
        refusal = why;
        if (unanswered > 1 || answering) {
            close(context);
            return;
        }
        var _ = context.writeAndFlush(document(context, why)).addListener(ChannelFutureListener.CLOSE);
        over = true;
    }

    private void calm() {
        var due = alarm;
        alarm = null;
        if (due != null) {
            due.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        calm();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != ClientConnections.Event.END) {
            context.fireUserEventTriggered(event);
            return;
        }
        ending = true;
        if (unanswered == 0) {
            end(context);
        }
    }

    /// Closes the connection behind all that was written.
    private static void end(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refusal != null) {
            ReferenceCountUtil.release(message); // nothing behind a refused request is one
            return;
        }
        if (message instanceof HttpRequest request) {
            calm();
            inHead = false;
            unanswered++;
            refusal = refusal(request);
            if (refusal != null) {
                request.setDecoderResult(DecoderResult.failure(refusal.asException()));
            }
        }
        if (message instanceof HttpContent content
                && !(message instanceof HttpRequest)
                && content.decoderResult().isFailure()) {
            content.release();
            refuse(context, MALFORMED); // what came so far must not be taken for the whole
            return;
        }
        if (message instanceof LastHttpContent) {
            calm();
            inHead = true;
        }
        context.fireChannelRead(message);
    }

    private @Nullable Problem refusal(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return null; // it is refused already, with a status that says more
        }
        if (!isFramedInOneWay(request) || !Hosts.isTarget(request.uri())) {
            return MALFORMED;
        }
        if (!isForOneHost(request)) {
            return BAD_HOST;
        }
        var expected = request.headers().get(HttpHeaderNames.EXPECT);
        return expected == null || HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected) ? null : UNEXPECTED;
    }

    private static boolean isFramedInOneWay(HttpRequest request) {
        var version = request.protocolVersion();
        boolean isOld = version.equals(HttpVersion.HTTP_1_0);
        if (!isOld && !version.equals(HttpVersion.HTTP_1_1)) {
            return false;
        }
        if (request.headers() instanceof Wire.RequestHeaders headers && headers.isContradictory()) {
            return false;
        }
        var encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return encodings.isEmpty()
                || (!isOld
                        && encodings.size() == 1
                        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.getFirst())
                        && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH));
    }

    private boolean isForOneHost(HttpRequest request) {
        var hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            return hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        }
        var host = hosts.getFirst();
        if (!host.equals(knownHost)) {
            if (!Hosts.isOne(host)) {
                return false;
            }
            knownHost = host;
        }
        return true;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (over) {
            ReferenceCountUtil.release(message);
            promise.setFailure(new ClosedChannelException());
            return;
        }
        var sent = message instanceof FullHttpResponse bare && isBare(bare) ? explained(context, bare) : message;
        answering |= sent instanceof HttpResponse && !isInterim(sent);
        if (ending && unanswered <= 1 && sent instanceof HttpResponse head && !isInterim(head)) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        if (sent instanceof LastHttpContent && !isInterim(sent)) {
            answering = false;
            unanswered = Math.max(0, unanswered - 1);
            if (!inHead) {
                calm();
                alarm = after(context, bounds.linger(), () -> close(context));
            }
        }
        var _ = context.write(sent, promise);
        if (sent instanceof HttpResponse head && head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            leave(context);
        } else if (ending && unanswered == 0 && !answering) {
            end(context);
        }
    }

    /// What comes from here on is a conversation of its own, and no requests.
    private void leave(ChannelHandlerContext context) {
        calm();
        context.pipeline().remove(Wire.BYTES);
        context.pipeline().remove(this);
    }

    private static void close(ChannelHandlerContext context) {
        var _ = context.close();
    }

    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse response && response.status().code() < 200;
    }

    /// Whether this is a refusal that nobody gave an explanation, nor an id.
    private static boolean isBare(FullHttpResponse response) {
        return response.status().code() >= 400
                && !response.content().isReadable()
                && !response.headers().contains(RequestId.HEADER);
    }

    private FullHttpResponse explained(ChannelHandlerContext context, FullHttpResponse bare) {
        var problem = refusal == null ? problemOf(bare.status()) : refusal;
        refusal = problem;
        bare.release();
        return document(context, problem);
    }

    private FullHttpResponse document(ChannelHandlerContext context, Problem problem) {
        var id = RequestId.made();
        log.writeRefused(id, problem, context.channel().remoteAddress());
        var content = Unpooled.wrappedBuffer(json.writeValueAsBytes(problem.document("", id)));
        var answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(problem.status().value()),
                content);
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(RequestId.HEADER, id);
        return answer;
    }

    private static Problem problemOf(HttpResponseStatus status) {
        return switch (status.code()) {
            case 413 -> Problem.of(HttpStatus.CONTENT_TOO_LARGE, "body-too-large", "The body is too long.");
            case 414 ->
                Problem.of(
                        HttpStatus.URI_TOO_LONG, "target-too-long", "The request line is longer than is taken here.");
            case 431 ->
                Problem.of(
                        HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                        "headers-too-large",
                        "The headers are longer than is taken here.");
            default -> MALFORMED;
        };
    }
}
