package io.covenant.benchmarks.proxies;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/// The least that Reactor Netty's server and client make a proxy of: to each backend in turn, all headers passed on.
public final class BareProxy {

    private final HttpClient client = HttpClient.create();
    private final List<String> backends;
    private final AtomicInteger turn = new AtomicInteger();

    private BareProxy(List<String> backends) {
        this.backends = backends;
    }

    /// @param args the port, and the base addresses of the backends
    public static void main(String[] args) {
        var backends =
                Arrays.stream(args).skip(1).map(URI::create).map(URI::toString).toList();
        var proxy = new BareProxy(backends);
        HttpServer.create()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .handle(proxy::pass)
                .bindNow()
                .onDispose()
                .block();
    }

    private Publisher<Void> pass(HttpServerRequest request, HttpServerResponse response) {
        String backend = backends.get(Math.floorMod(turn.getAndIncrement(), backends.size()));
        return client.headers(headers -> passOn(request.requestHeaders(), headers))
                .request(request.method())
                .uri(backend + request.uri())
                .send(request.receive().retain())
                .response((answer, body) -> {
                    response.status(answer.status());
                    passOn(answer.responseHeaders(), response.responseHeaders());
                    return response.send(body.retain());
                });
    }

    private static void passOn(HttpHeaders from, HttpHeaders to) {
        to.set(from);
        to.remove(HttpHeaderNames.CONNECTION);
        to.remove(HttpHeaderNames.HOST);
    }
}
