package io.covenant.gateway.upstream;

import io.covenant.gateway.edge.Telling;
import io.covenant.gateway.upstream.UpstreamProperties.Way;
import io.netty.channel.Channel;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyRoutingFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/// Takes a request to its instance on the event loop that it came on. What wants more than HTTP/1.1 (an upgrade,
/// gRPC) is left to the filters of Spring Cloud Gateway.
@Component
final class LeanRoutingFilter implements GlobalFilter, Ordered {

    private static final Logger log = LoggerFactory.getLogger(LeanRoutingFilter.class);

    /// What these do, [RequestHead], [Answer] and the edge do as well.
    private static final Set<String> DONE_HERE = Set.of(
            "RemoveHopByHopHeadersFilter",
            "TransferEncodingNormalizationHeadersFilter",
            "RemoveForwardedHeadersFilter",
            "RemoveXForwardedHeadersFilter",
            "GRPCRequestHeadersFilter",
            "GRPCResponseHeadersFilter");

    private final Way way;
    private final Upstream upstream;
    private final List<Telling> tellings;
    private final List<HttpHeadersFilter> others;

    LeanRoutingFilter(
            UpstreamProperties properties, Upstream upstream, List<Telling> tellings, List<HttpHeadersFilter> filters) {
        this.upstream = upstream;
        this.tellings = List.copyOf(tellings);
        this.others = others(filters);
        this.way = others.stream().anyMatch(each -> each.supports(HttpHeadersFilter.Type.RESPONSE))
                ? Way.STOCK
                : properties.upstream();
        if (way != properties.upstream()) {
            log.warn("requests go by Spring Cloud Gateway's own client, as {} change the headers of answers", others);
        }
    }

    /// Those that are asked for each request: what the rest do is done here.
    static List<HttpHeadersFilter> others(List<HttpHeadersFilter> filters) {
        return filters.stream()
                .filter(each -> !(each instanceof Telling)
                        && !DONE_HERE.contains(each.getClass().getSimpleName()))
                .toList();
    }

    @Override
    public int getOrder() {
        return NettyRoutingFilter.ORDER - 10; // before those for web sockets as well
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        String address = exchange.getAttribute(Upstream.ADDRESS);
        if (address == null || ServerWebExchangeUtils.isAlreadyRouted(exchange)) {
            return chain.filter(exchange);
        }
        var request = exchange.getRequest();
        var pool = way == Way.LEAN && isPlain(request.getHeaders()) ? upstream.at(address) : null;
        var client = pool == null ? null : channelOf(request);
        if (pool == null || client == null) {
            exchange.getAttributes()
                    .put(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR, at(address, request.getURI()));
            return chain.filter(exchange);
        }
        ServerWebExchangeUtils.setAlreadyRouted(exchange);
        var headers = HttpHeadersFilter.filter(others, request.getHeaders(), exchange, HttpHeadersFilter.Type.REQUEST);
        var place = pool.place();
        return Transfer.of(
                pool,
                client,
                () -> RequestHead.of(exchange, headers, place.host(), place.prefix(), tellings),
                RequestHead.announcesBody(headers) ? request.getBody() : null,
                answer -> exchange.getAttributes().put(Answer.ATTRIBUTE, answer));
    }

    private static boolean isPlain(HttpHeaders headers) {
        if (headers.containsHeader(HttpHeaders.UPGRADE)) {
            return false;
        }
        var type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
        return type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/grpc");
    }

    /// The connection that a request came on.
    static @Nullable Channel channelOf(ServerHttpRequest request) {
        return ServerHttpRequestDecorator.getNativeRequest(request) instanceof Connection connection
                ? connection.channel()
                : null;
    }

    private static URI at(String address, URI asked) {
        var query = asked.getRawQuery();
        return URI.create(UpstreamTls.withoutName(address) + asked.getRawPath() + (query == null ? "" : "?" + query));
    }
}
