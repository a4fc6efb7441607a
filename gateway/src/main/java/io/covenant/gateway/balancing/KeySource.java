package io.covenant.gateway.balancing;

import io.covenant.gateway.edge.Callers;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/// Where the key of a request is found, by which a hash policy chooses its instance.
///
/// Written `subject` (whom the token names), `header:X-Customer`, `query:customer`, `cookie:session`, `path:4` (the
/// fourth part of the path) or `client-ip`; several with commas, of which the first that the request has counts. A
/// request that has none of them goes to an instance drawn by lot.
public sealed interface KeySource {

    /// Whom the token names: the only one that a client cannot make up.
    record Subject() implements KeySource {}

    record Header(String name) implements KeySource {}

    record Query(String name) implements KeySource {}

    record Cookie(String name) implements KeySource {}

    /// @param part counted from 1
    record Path(int part) implements KeySource {}

    record ClientIp() implements KeySource {}

    /// @throws IllegalArgumentException when this names no source; the message says how they are written
    static List<KeySource> all(@Nullable String text) {
        return text == null || text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(each -> one(each.strip()))
                        .toList();
    }

    private static KeySource one(String text) {
        int colon = text.indexOf(':');
        var kind = colon < 0 ? text : text.substring(0, colon);
        var name = colon < 0 ? "" : text.substring(colon + 1);
        boolean isWritten = switch (kind) {
            case "subject", "client-ip" -> colon < 0;
            case "path" -> name.matches("[1-9][0-9]?");
            default -> name.matches("[A-Za-z0-9._~-]{1,100}");
        };
        return switch (isWritten ? kind : "") {
            case "subject" -> new Subject();
            case "client-ip" -> new ClientIp();
            case "header" -> new Header(name);
            case "query" -> new Query(name);
            case "cookie" -> new Cookie(name);
            case "path" -> new Path(Integer.parseInt(name));
            default ->
                throw new IllegalArgumentException(
                        "'%s' is no hash key: subject, header:NAME, query:NAME, cookie:NAME, path:1 to path:99 or client-ip"
                                .formatted(text));
        };
    }

    /// The key that a request has there.
    default @Nullable String read(ServerWebExchange exchange) {
        var request = exchange.getRequest();
        return switch (this) {
            case Subject() -> Callers.subject(exchange).orElse(null);
            case Header(var name) -> request.getHeaders().getFirst(name);
            case Query(var name) -> request.getQueryParams().getFirst(name);
            case Cookie(var name) -> {
                var cookie = request.getCookies().getFirst(name);
                yield cookie == null ? null : cookie.getValue();
            }
            case Path(var part) -> {
                var parts = request.getURI().getRawPath().split("/", -1);
                yield part < parts.length && !parts[part].isEmpty() ? parts[part] : null;
            }
            case ClientIp() -> {
                var remote = request.getRemoteAddress();
                yield remote == null || remote.getAddress() == null
                        ? null
                        : remote.getAddress().getHostAddress();
            }
        };
    }

    /// As it is written.
    default String written() {
        return switch (this) {
            case Subject() -> "subject";
            case Header(var name) -> "header:" + name;
            case Query(var name) -> "query:" + name;
            case Cookie(var name) -> "cookie:" + name;
            case Path(var part) -> "path:" + part;
            case ClientIp() -> "client-ip";
        };
    }

    /// The first of these keys that a request has.
    static @Nullable String read(List<KeySource> sources, ServerWebExchange exchange) {
        for (var source : sources) {
            var key = source.read(exchange);
            if (key != null) {
                return key;
            }
        }
        return null;
    }
}
