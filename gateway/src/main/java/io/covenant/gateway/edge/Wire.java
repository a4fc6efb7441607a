package io.covenant.gateway.edge;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpServerCodec;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.json.JsonMapper;

/// Puts a [RequestGuard] on every connection, between the bytes and whoever takes them for requests.
@Component
final class Wire implements NettyServerCustomizer {

    /// The guard's ear among the handlers of a connection.
    static final String BYTES = "covenant.bytes";

    /// Headers that remember whether a length was taken away from them, as the codec does with one beside chunks: both
    /// together are how a request is hidden in another one, and must not be forgiven.
    static final class RequestHeaders extends DefaultHttpHeaders {

        private boolean contradictory;

        @Override
        public HttpHeaders remove(CharSequence name) {
            contradictory |= HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name);
            return super.remove(name);
        }

        boolean isContradictory() {
            return contradictory;
        }
    }

    private enum Remembering implements HttpHeadersFactory {
        HEADERS;

        @Override
        public HttpHeaders newHeaders() {
            return new RequestHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new RequestHeaders();
        }
    }

    private final EdgeProperties bounds;
    private final AccessLog log;
    private final JsonMapper json;
    private final ClientConnections connections;

    Wire(EdgeProperties bounds, AccessLog log, JsonMapper json, ClientConnections connections) {
        this.bounds = bounds;
        this.log = log;
        this.json = json;
        this.connections = connections;
    }

    @Override
    public HttpServer apply(HttpServer server) {
        return server.doOnBound(bound -> connections.listensAt(bound.channel())).doOnChannelInit((_, channel, _) -> {
            guard(channel.pipeline());
            connections.add(channel);
        });
    }

    private void guard(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) == null) {
            throw new IllegalStateException("a connection that does not speak HTTP/1.1 is not guarded");
        }
        var guard = new RequestGuard(bounds, log, json);
        pipeline.replace(NettyPipeline.HttpCodec, NettyPipeline.HttpCodec, new HttpServerCodec(decoding()));
        pipeline.addBefore(NettyPipeline.HttpCodec, BYTES, guard.bytes());
        pipeline.addAfter(NettyPipeline.HttpCodec, "covenant.guard", guard);
    }

    private HttpDecoderConfig decoding() {
        int most = Math.toIntExact(bounds.maxHeadSize().toBytes());
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(most)
                .setMaxHeaderSize(most)
                .setHeadersFactory(Remembering.HEADERS)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true);
    }
}
