package io.covenant.gateway.sockets;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/// A service whose socket says what it hears, something more after `later`, and goodbye after `go`.
final class EchoService implements AutoCloseable {

    final Deque<HttpHeaders> heads = new ConcurrentLinkedDeque<>();
    final Deque<String> paths = new ConcurrentLinkedDeque<>();
    private final Map<String, CompletableFuture<String>> closings = new ConcurrentHashMap<>();

    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.get("/api/v1/orders/live", (request, response) -> {
                        heads.add(request.requestHeaders().copy());
                        paths.add(request.uri());
                        return response.sendWebsocket(
                                (in, out) -> talk(request.uri(), in, out),
                                WebsocketServerSpec.builder()
                                        .protocols("covenant.v1")
                                        .build());
                    })
                    .get(
                            "/api/v1/orders/closed",
                            (_, response) -> response.status(409).send()))
            .bindNow();

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    /// Why the socket that was opened at this path was closed: code and reason, waited for up to 40 s.
    String closing(String path) throws Exception {
        return closingOf(path).get(40, TimeUnit.SECONDS);
    }

    private CompletableFuture<String> closingOf(String path) {
        return closings.computeIfAbsent(path, _ -> new CompletableFuture<>());
    }

    private Publisher<Void> talk(String path, WebsocketInbound in, WebsocketOutbound out) {
        in.receiveCloseStatus()
                .subscribe(status -> closingOf(path).complete(status.code() + " " + status.reasonText()));
        var said = in.receiveFrames().concatMap(EchoService::answer);
        return out.sendObject(said);
    }

    private static Flux<WebSocketFrame> answer(WebSocketFrame heard) {
        if (!(heard instanceof TextWebSocketFrame text)) {
            return Flux.just(heard.retain());
        }
        return switch (text.text()) {
            case "later" ->
                Flux.concat(
                        Mono.just(new TextWebSocketFrame("later")),
                        Mono.delay(Duration.ofSeconds(7)).map(_ -> new TextWebSocketFrame("much later")));
            case "go" -> Flux.just(new CloseWebSocketFrame(4_002, "gone"));
            default -> Flux.just(new TextWebSocketFrame(Unpooled.copiedBuffer(text.content())));
        };
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
