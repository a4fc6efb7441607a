package io.covenant.gateway.sockets;

import io.covenant.gateway.balancing.BalancingFilter;
import io.covenant.gateway.edge.Served;
import io.covenant.gateway.protection.Deadline;
import io.covenant.gateway.protection.ProtectionProperties;
import io.covenant.gateway.streams.Streams;
import io.covenant.gateway.upstream.UpstreamTls;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;

/// Takes a request for a WebSocket to an instance, and only when that one agreed tells the client so.
///
/// To the instance it is a request like any other: balanced, tried again elsewhere, counted in flight to its end. The
/// deadline is for the handshake.
@Component
final class SocketFilter implements GatewayFilter, Ordered {

    private final BalancingFilter balancing;
    private final Streams streams;
    private final Handshakes handshakes;
    private final Bridge bridge;
    private final HttpClient client;
    private final int maxFrame;
    private final UpstreamTls tls;
    private final Duration handshakeTimeout;
    private final ObjectProvider<HttpHeadersFilter> telling;

    SocketFilter(
            BalancingFilter balancing,
            Streams streams,
            SocketProperties properties,
            ProtectionProperties bounds,
            UpstreamTls tls,
            ObjectProvider<HttpHeadersFilter> telling) {
        this.balancing = balancing;
        this.streams = streams;
        this.handshakes = new Handshakes(properties.origins());
        this.maxFrame = Math.toIntExact(properties.maxFrame().toBytes());
        this.bridge = new Bridge(streams, maxFrame);
        // A connection each: those that are shared are for requests that end soon.
        this.client = HttpClient.newConnection()
                .disableRetry(true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(bounds.connectTimeout().toMillis()));
        this.tls = tls;
        this.handshakeTimeout = bounds.handshakeTimeout();
        this.telling = telling;
    }

    @Override
    public int getOrder() {
        return balancing.getOrder() - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        if (!Handshakes.isOne(exchange.getRequest())) {
            return chain.filter(exchange);
        }
        var refusal = handshakes.refusal(exchange.getRequest());
        if (refusal != null) {
            return Mono.error(refusal.asException());
        }
        return balancing.filter(exchange, attempt -> connect(exchange, attempt)).then(Mono.defer(() -> go(exchange)));
    }

    private Mono<Void> go(ServerWebExchange exchange) {
        if (!(exchange.getAttribute(BalancingFilter.SOCKET) instanceof Connection instance)) {
            return Mono.empty(); // it was refused, and the answer says how
        }
        Deadline.outlive(exchange, Mono.never());
        return streams.counted(bridge.carry(exchange, instance)).doFinally(_ -> instance.dispose());
    }

    private Mono<Void> connect(ServerWebExchange exchange, ServerWebExchange attempt) {
        var headers = told(attempt);
        var spec = WebsocketClientSpec.builder().maxFramePayloadLength(maxFrame).handlePing(true);
        var protocols = exchange.getRequest().getHeaders().getFirst(Handshakes.PROTOCOL);
        if (protocols != null) {
            spec.protocols(protocols);
        }
        String instance = exchange.getRequiredAttribute(Served.BY);
        return speaking(instance)
                .headers(to -> headers.forEach(to::set))
                .websocket(spec.build())
                .uri(address(instance, exchange))
                .connect()
                .<Void>flatMap(
                        connection -> { // not then(): it would give back what it drops
                            attempt.getAttributes().put(BalancingFilter.SOCKET, connection);
                            attempt.getResponse().setStatusCode(HttpStatus.SWITCHING_PROTOCOLS);
                            return Mono.empty();
                        })
                .onErrorResume(WebSocketClientHandshakeException.class, refused -> refused(attempt, refused));
    }

    /// The instance speaks HTTP, and says no: that is its answer.
    private static Mono<Void> refused(ServerWebExchange attempt, WebSocketClientHandshakeException refused) {
        var response = refused.response();
        if (response == null || response.status().code() < 300) {
            return Mono.error(refused);
        }
        attempt.getResponse()
                .setStatusCode(HttpStatusCode.valueOf(response.status().code()));
        return Mono.empty();
    }

    private HttpHeaders told(ServerWebExchange attempt) {
        var headers = new HttpHeaders(
                HttpHeadersFilter.filterRequest(telling.orderedStream().toList(), attempt));
        headers.remove(HttpHeaders.HOST);
        List.copyOf(headers.headerNames()).stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("sec-websocket-"))
                .forEach(headers::remove);
        return headers;
    }

    /// By TLS to who speaks it.
    private HttpClient speaking(String instance) {
        if (!instance.startsWith("https:")) {
            return client;
        }
        var security = tls.following(UpstreamTls.nameIn(instance));
        return client.secure(spec -> spec.sslContext(security).handshakeTimeout(handshakeTimeout));
    }

    private static String address(String instance, ServerWebExchange exchange) {
        var asked = exchange.getRequest().getURI();
        var query = asked.getRawQuery();
        return "ws" + UpstreamTls.withoutName(instance).substring("http".length()) + asked.getRawPath()
                + (query == null ? "" : "?" + query);
    }
}
