package io.covenant.gateway.sockets;

import io.covenant.gateway.edge.Problem;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;

/// What a request for a WebSocket must say, by RFC 6455, and from whose pages it may come.
final class Handshakes {

    static final String KEY = "Sec-WebSocket-Key";
    static final String VERSION = "Sec-WebSocket-Version";
    static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private static final String SPOKEN = "13";

    private final Set<String> origins;

    Handshakes(Set<String> origins) {
        this.origins = origins;
    }

    /// Whether somebody wants to go on as a WebSocket.
    static boolean isOne(ServerHttpRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
    }

    /// Why this must not become a socket.
    @Nullable
    Problem refusal(ServerHttpRequest request) {
        var headers = request.getHeaders();
        if (!request.getMethod().equals(HttpMethod.GET)
                || headers.getConnection().stream().noneMatch("upgrade"::equalsIgnoreCase)
                || headers.getOrEmpty(KEY).size() != 1) {
            return Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "bad-handshake",
                    "A WebSocket begins with GET, Connection: Upgrade and one Sec-WebSocket-Key.");
        }
        if (!SPOKEN.equals(headers.getFirst(VERSION))) {
            return Problem.of(HttpStatus.UPGRADE_REQUIRED, "bad-handshake", "Version 13 of WebSockets is spoken here.")
                    .saying(VERSION, SPOKEN);
        }
        return isOurs(headers) ? null : foreign();
    }

    private static Problem foreign() {
        return Problem.of(HttpStatus.FORBIDDEN, "foreign-origin", "Pages of this origin must not open sockets here.");
    }

    /// Browsers say whose page asks, and let any page ask; who is no browser says nothing.
    private boolean isOurs(HttpHeaders headers) {
        var origin = headers.getOrigin();
        return origin == null || origins.contains(origin) || isHost(origin, headers.getFirst(HttpHeaders.HOST));
    }

    private static boolean isHost(String origin, @Nullable String host) {
        try {
            var authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
