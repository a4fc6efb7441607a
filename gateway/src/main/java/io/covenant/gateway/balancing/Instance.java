package io.covenant.gateway.balancing;

import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;

/// One instance of a service, and whether it listens.
final class Instance {

    private final String base;
    private final String host;
    private final int port;
    private final AtomicBoolean away = new AtomicBoolean();

    Instance(URI address) {
        this.host = address.getHost();
        this.port = address.getPort() < 0 ? 80 : address.getPort();
        this.base = "http://" + host + ":" + port;
    }

    /// The base address without a slash at the end.
    String base() {
        return base;
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    boolean isAway() {
        return away.get();
    }

    /// Notes that the instance refused a connection.
    ///
    /// @return whether this is news
    boolean left() {
        return away.compareAndSet(false, true);
    }

    void returned() {
        away.set(false);
    }

    @Override
    public String toString() {
        return base;
    }
}
