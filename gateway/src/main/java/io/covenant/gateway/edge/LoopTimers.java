package io.covenant.gateway.edge;

import io.netty.util.concurrent.FastThreadLocal;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

/// Timers on the event loop that a request is on: no other thread has to be woken to set one, nor to take it back.
public final class LoopTimers {

    private static final FastThreadLocal<Scheduler> MINE = new FastThreadLocal<>();

    private LoopTimers() {}

    /// Those of the event loop of this request where it is on it, else the usual ones.
    public static Scheduler of(ServerWebExchange exchange) {
        if (ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest()) instanceof Connection connection) {
            var loop = connection.channel().eventLoop();
            if (loop.inEventLoop()) {
                if (!MINE.isSet()) {
                    MINE.set(Schedulers.fromExecutorService(loop));
                }
                return MINE.get();
            }
        }
        return Schedulers.parallel();
    }
}
