package io.covenant.gateway.balancing;

import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.tcp.TcpClient;
import reactor.util.retry.Retry;

/// Looks whether instances that refused connections listen again, so that no request has to find out.
@Component
final class ReturnWatch {

    private static final Logger log = LoggerFactory.getLogger(ReturnWatch.class);

    /// How often to look.
    private static final Duration EVERY = Duration.ofMillis(250);

    private static final int PATIENCE_MILLIS = 300;

    private final TcpClient client =
            TcpClient.newConnection().option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MILLIS);

    /// Notes that an instance refused a connection, and waits for its return.
    void watch(Instance instance) {
        if (!instance.left()) {
            return; // somebody watches already
        }
        log.warn("{} refuses connections", instance);
        var _ = Mono.defer(
                        () -> client.host(instance.host()).port(instance.port()).connect())
                .doOnNext(Connection::dispose)
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, EVERY))
                .doFinally(_ -> instance.returned())
                .subscribe(_ -> log.info("{} is back", instance));
    }
}
