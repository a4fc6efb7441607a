package io.covenant.gateway.upstream;

import io.covenant.gateway.edge.Telling;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/// Writes the head of a request as an instance gets it, in one pass over what the client said.
final class RequestHead {

    /// Without a body these say so; of any other request that has none nobody expects one.
    private static final Set<org.springframework.http.HttpMethod> WITH_BODY = Set.of(
            org.springframework.http.HttpMethod.POST,
            org.springframework.http.HttpMethod.PUT,
            org.springframework.http.HttpMethod.PATCH);

    /// Values from so many characters on, tokens above all, are copied as bytes and not one by one.
    private static final int LONG = 64;

    private RequestHead() {}

    static boolean announcesBody(HttpHeaders headers) {
        return headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    }

    /// @param headers as the client said them, and the gateway's filters
    /// @param host    the instance's name for itself
    /// @param prefix  of all its paths
    static HttpRequest of(
            ServerWebExchange exchange, HttpHeaders headers, String host, String prefix, List<Telling> tellings) {
        var request = exchange.getRequest();
        boolean hasBody = announcesBody(headers);
        var told = new DefaultHttpHeaders();
        told.set(HttpHeaders.HOST, hostFor(exchange, headers, host));
        copy(headers, told, hasBody);
        for (var telling : tellings) {
            telling.tell(exchange, told::set);
        }
        var method = HttpMethod.valueOf(request.getMethod().name());
        var target = prefix + target(request);
        if (hasBody) {
            if (!told.contains(HttpHeaders.CONTENT_LENGTH)) {
                told.set(HttpHeaders.TRANSFER_ENCODING, "chunked");
            }
            return new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target, told);
        }
        if (WITH_BODY.contains(request.getMethod())) {
            told.set(HttpHeaders.CONTENT_LENGTH, "0");
        }
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, method, target, Unpooled.EMPTY_BUFFER, told, EmptyHttpHeaders.INSTANCE);
    }

    private static void copy(HttpHeaders headers, DefaultHttpHeaders told, boolean hasBody) {
        var named = HopByHop.named(headers.getOrEmpty(HttpHeaders.CONNECTION));
        boolean chunked = headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
        for (var header : headers.headerSet()) { // each name once, however it was written
            var name = header.getKey();
            if (!HopByHop.has(named, name)
                    && !name.equalsIgnoreCase(HttpHeaders.HOST)
                    && !(name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH) && (chunked || !hasBody))) {
                for (var value : header.getValue()) {
                    told.add(name, value.length() < LONG ? value : bytes(value));
                }
            }
        }
    }

    private static CharSequence bytes(String value) {
        return new AsciiString(value.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    private static String hostFor(ServerWebExchange exchange, HttpHeaders headers, String host) {
        if (exchange.getAttributeOrDefault(ServerWebExchangeUtils.PRESERVE_HOST_HEADER_ATTRIBUTE, false)) {
            var asked = headers.getFirst(HttpHeaders.HOST);
            return asked == null ? host : asked;
        }
        return host;
    }

    private static String target(ServerHttpRequest request) {
        var asked = request.getURI();
        var path = asked.getRawPath();
        var query = asked.getRawQuery();
        var target = query == null ? path : path + "?" + query;
        return isAscii(target) ? target : URI.create(target).toASCIIString();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7e) {
                return false;
            }
        }
        return true;
    }
}
