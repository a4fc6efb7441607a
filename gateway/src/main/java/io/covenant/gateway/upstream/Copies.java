package io.covenant.gateway.upstream;

import io.covenant.gateway.edge.Telling;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/// Sends requests to others than those who answer them.
@Component
public final class Copies {

    private final Upstream upstream;
    private final List<Telling> tellings;
    private final List<HttpHeadersFilter> others;

    Copies(Upstream upstream, List<Telling> tellings, List<HttpHeadersFilter> filters) {
        this.upstream = upstream;
        this.tellings = List.copyOf(tellings);
        this.others = LeanRoutingFilter.others(filters);
    }

    /// Sends what this exchange asks to this address, once. The answer is read to its end, and thrown away; whoever
    /// cancels has the connection closed.
    ///
    /// @param also what the instance is told in place of what the client and the gateway said
    /// @return the status of the answer
    public Mono<Integer> send(ServerWebExchange exchange, String address, Telling also) {
        return Mono.using(Disposables::swap, answer -> send(exchange, address, also, answer), Disposable.Swap::dispose);
    }

    private Mono<Integer> send(ServerWebExchange exchange, String address, Telling also, Disposable.Swap answer) {
        var request = exchange.getRequest();
        var pool = upstream.at(address);
        var client = LeanRoutingFilter.channelOf(request);
        if (pool == null || client == null) {
            return Mono.error(new IOException("copies go by HTTP only"));
        }
        var headers = HttpHeadersFilter.filter(others, request.getHeaders(), exchange, HttpHeadersFilter.Type.REQUEST);
        var place = pool.place();
        // Now: the request may be over when the copy goes out.
        var head = RequestHead.of(
                exchange,
                headers,
                place.host(),
                place.prefix(),
                Stream.concat(tellings.stream(), Stream.of(also)).toList());
        var body = RequestHead.announcesBody(headers) ? request.getBody() : null;
        return Transfer.of(pool, client, () -> head, body, answer::replace).then(Mono.defer(() -> thrownAway(answer)));
    }

    private static Mono<Integer> thrownAway(Disposable.Swap holder) {
        return holder.get() instanceof Answer answer
                ? answer.body().doOnNext(ByteBuf::release).then(Mono.just(answer.status()))
                : Mono.error(new IOException("the answer to a copy is not wanted any longer"));
    }
}
