package io.covenant.gateway.edge;

import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Keeps from the world what is for those who watch: health and metrics are at the operators' port.
///
/// Where `management.server.port` gives them a port of Spring's, they are neither here nor there.
@Component
@Order(0) // after EdgeFilter and TokenFilter
final class WorldFilter implements WebFilter {

    private final boolean keeps;

    WorldFilter(Environment environment) {
        this.keeps = ManagementPortType.get(environment) == ManagementPortType.SAME;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return keeps && Actuator.isMeant(exchange)
                ? Mono.error(Problem.of(HttpStatus.NOT_FOUND, "unknown-path", "There is nothing at this path.")
                        .asException())
                : chain.filter(exchange);
    }
}
