package io.covenant.gateway.edge;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// One line per request: what came, who answered, how, and how long it took. Silence it with
/// `logging.level.access=off`.
@Component
final class AccessLog {

    private static final Logger log = LoggerFactory.getLogger("access");

    /// One line about what never became a request.
    void writeRefused(String id, Problem problem, @Nullable SocketAddress from) {
        try (var _ = MDC.putCloseable("requestId", id)) {
            log.info("- - {} refused={} from={}", problem.status().value(), problem.code(), from);
        }
    }

    void write(ServerWebExchange exchange, long begun) {
        if (!log.isInfoEnabled()) {
            return;
        }
        var request = exchange.getRequest();
        var path = request.getURI().getRawPath();
        if (path.startsWith("/actuator/")) {
            return; // asked every second by those who watch
        }
        var status = exchange.getResponse().getStatusCode();
        Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        try (var _ = MDC.putCloseable("requestId", RequestId.of(exchange))) {
            log.info(
                    "{} {} {} route={} tries={} instance={} head={} us {} us",
                    request.getMethod(),
                    path,
                    status == null ? "-" : status.value(),
                    route == null ? "-" : route.getId(),
                    exchange.getAttributeOrDefault(Served.TRIES, 0),
                    exchange.getAttributeOrDefault(Served.BY, "-"),
                    exchange.getAttributeOrDefault(Served.HEAD_NANOS, 0L) / 1_000,
                    (System.nanoTime() - begun) / 1_000);
        }
    }
}
