package io.covenant.gateway.sockets;

import io.covenant.gateway.streams.Streams;
import io.covenant.gateway.streams.Streams.Silence;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.adapter.ReactorNettyWebSocketSession;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/// Carries messages between a client and an instance, pings and pongs among them, until one of them closes; the other
/// is told why.
final class Bridge {

    private final Streams streams;
    private final int maxFrame;
    private final ReactorNettyRequestUpgradeStrategy upgrade;

    Bridge(Streams streams, int maxFrame) {
        this.streams = streams;
        this.maxFrame = maxFrame;
        this.upgrade = new ReactorNettyRequestUpgradeStrategy(() ->
                WebsocketServerSpec.builder().maxFramePayloadLength(maxFrame).handlePing(true));
    }

    /// @param instance whose side of the handshake is done
    Mono<Void> carry(ServerWebExchange exchange, Connection instance) {
        var in = (WebsocketInbound) instance;
        var protocol = in.selectedSubprotocol();
        var info = info(exchange, in, protocol);
        var buffers = new NettyDataBufferFactory(instance.channel().alloc());
        var service = new ReactorNettyWebSocketSession(in, (WebsocketOutbound) instance, info, buffers, maxFrame);
        var due = streams.due(exchange);
        var ended = Sinks.<Void>empty(); // the upgrade itself is over with the handshake
        return upgrade.upgrade(
                        exchange,
                        client -> carry(client, service, due).doFinally(_ -> ended.tryEmitEmpty()),
                        protocol,
                        () -> info)
                .then(Mono.firstWithSignal(ended.asMono(), instance.onDispose()));
    }

    private static HandshakeInfo info(ServerWebExchange exchange, WebsocketInbound in, @Nullable String protocol) {
        var headers = new HttpHeaders();
        in.headers().forEach(header -> headers.add(header.getKey(), header.getValue()));
        return new HandshakeInfo(exchange.getRequest().getURI(), headers, Mono.empty(), protocol);
    }

    private Mono<Void> carry(WebSocketSession client, WebSocketSession service, Mono<Void> due) {
        var silence = streams.silence();
        var ending = new AtomicBoolean();
        var talk = Mono.when(carry(client, service, silence), carry(service, client, silence))
                .then(Mono.<Void>never());
        var end = Mono.firstWithSignal(due, silence.tooLong())
                .then(Mono.defer(() -> tell(ending, CloseStatus.GOING_AWAY, client, service)));
        // Whoever is left is told why before the talk ends: to stop listening closes, too, and gives no reason.
        return Mono.firstWithSignal(
                List.of(reason(ending, client, service), reason(ending, service, client), end, talk));
    }

    private static Mono<Void> reason(AtomicBoolean ending, WebSocketSession from, WebSocketSession to) {
        return from.closeStatus()
                .onErrorComplete()
                .defaultIfEmpty(CloseStatus.GOING_AWAY)
                .flatMap(status -> tell(ending, passed(status), to));
    }

    /// To its end, whoever loses interest: a frame that is half on its way must not be given up. Once: who is told says
    /// that it closes as well.
    private static Mono<Void> tell(AtomicBoolean ending, CloseStatus why, WebSocketSession... whom) {
        return ending.getAndSet(true)
                ? Mono.never()
                : Mono.create(sink -> Flux.fromArray(whom)
                        .flatMap(each -> each.close(why).onErrorComplete())
                        .subscribe(_ -> {}, _ -> sink.success(), sink::success));
    }

    /// One way.
    private static Mono<Void> carry(WebSocketSession from, WebSocketSession to, Silence silence) {
        var messages = from.receive().doOnNext(message -> {
            silence.broken();
            message.retain();
        });
        return to.send(messages).onErrorComplete();
    }

    /// What may stand in a frame: that a connection broke may not.
    private static CloseStatus passed(CloseStatus status) {
        return switch (status.getCode()) {
            case 1005 -> CloseStatus.NORMAL;
            case 1004, 1006, 1015 -> CloseStatus.GOING_AWAY;
            default -> status;
        };
    }
}
