package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.tcp.TcpClient;
import reactor.util.retry.Retry;

/// Looks whether instances that refused connections listen again, so that no request has to find out.
@Component
final class ReturnWatch {

    /// How often to look.
    private static final Duration EVERY = Duration.ofMillis(250);

    private static final int PATIENCE_MILLIS = 300;

    private final TcpClient client =
            TcpClient.newConnection().option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MILLIS);

    /// Notes that an instance refused a connection, and waits for its return or for discovery to forget it.
    void watch(Service service, Instance instance) {
        if (!service.left(instance)) {
            return; // somebody watches already
        }
        var address = URI.create(instance.address());
        var _ = Mono.defer(() ->
                        client.host(address.getHost()).port(address.getPort()).connect())
                .doOnNext(Connection::dispose)
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, EVERY).filter(_ -> service.has(instance)))
                .subscribe(_ -> service.returned(instance), _ -> {});
    }
}
