package io.covenant.gateway.balancing;

import io.covenant.balancing.Criteria;
import io.covenant.balancing.Instance;
import io.covenant.gateway.edge.Served;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Keeps a client at its instance by a cookie, as long as that one is available; then it gets another one, and another
/// cookie.
///
/// @param cookie its name
record Sticky(String cookie, CookieSeal seal) {

    /// Asks for the instance that the client's cookie names, if that was written here, and has the answer say which one
    /// it was in the end.
    Criteria over(Criteria criteria, ServerWebExchange exchange, Service service) {
        var stuck = instance(exchange, service);
        var response = exchange.getResponse();
        response.beforeCommit(() -> {
            var status = response.getStatusCode();
            var served = status == null || status.is5xxServerError() ? null : served(exchange, service);
            if (served != null && !served.equals(stuck)) {
                response.addCookie(ResponseCookie.from(cookie, seal.sealed(service.name(), served))
                        .path("/")
                        .httpOnly(true)
                        .sameSite("Lax")
                        .secure("https".equals(exchange.getRequest().getURI().getScheme()))
                        .build());
            }
            return Mono.empty();
        });
        return stuck == null ? criteria : criteria.stickingTo(stuck);
    }

    private @Nullable String instance(ServerWebExchange exchange, Service service) {
        var brought = exchange.getRequest().getCookies().getFirst(cookie);
        return brought == null ? null : seal.opened(service.name(), brought.getValue());
    }

    private static @Nullable String served(ServerWebExchange exchange, Service service) {
        var address = exchange.getAttribute(Served.BY);
        return service.cluster().instances().stream()
                .filter(each -> each.address().equals(address))
                .map(Instance::id)
                .findFirst()
                .orElse(null);
    }
}
