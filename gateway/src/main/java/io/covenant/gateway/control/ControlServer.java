package io.covenant.gateway.control;

import io.covenant.gateway.edge.Actuator;
import io.covenant.gateway.edge.Door;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/// Serves operators, and whoever watches, at a port of their own, so that no route of the world's leads there.
@Component
public final class ControlServer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private final ControlProperties properties;
    private final ReactorHttpHandlerAdapter handler;
    private volatile @Nullable DisposableServer server;

    /// @param application where Spring has the actuator
    ControlServer(ControlProperties properties, ControlRoutes routes, Door door, DispatcherHandler application) {
        this.properties = properties;
        var operators = RouterFunctions.toWebHandler(routes.all());
        this.handler = new ReactorHttpHandlerAdapter(door.before(exchange -> {
            if (!Actuator.isMeant(exchange)) {
                return operators.handle(exchange);
            }
            Actuator.requireAllowed(exchange);
            return application.handle(exchange);
        }));
    }

    @Override
    public void start() {
        var bound = HttpServer.create()
                .host(properties.address().getHostAddress())
                .port(properties.port())
                .idleTimeout(Duration.ofSeconds(60))
                .httpRequestDecoder(decoder -> decoder.maxHeaderSize(16 * 1024))
                .handle(handler)
                .bindNow();
        server = bound;
        log.info("operators are served at {}", bound.address());
    }

    @Override
    public void stop() {
        var bound = server;
        server = null;
        if (bound != null) {
            bound.disposeNow();
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /// Where it listens; -1 while it does not.
    public int port() {
        var bound = server;
        return bound == null ? -1 : bound.port();
    }
}
