package io.covenant.gateway.balancing;

import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// One instance of a service: whether it listens, and whether it answers.
///
/// A process that is stopped or starved still accepts connections, so it is judged by its answers: while requests wait
/// and none has been answered for a second, it counts as silent. The next answer, or the last of them given up, ends
/// that.
final class Instance {

    private static final long SILENCE_NANOS = 1_000_000_000L;

    private final String base;
    private final String host;
    private final int port;
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicInteger waiting = new AtomicInteger();

    /// When it last answered, or was first asked after a rest.
    private volatile long heardAt;

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

    /// Notes that a request is on its way to the instance.
    void asked(long now) {
        if (waiting.getAndIncrement() == 0) {
            heardAt = now;
        }
    }

    /// Notes that it answered: whatever it said, it is alive.
    void answered(long now) {
        heardAt = now;
        waiting.decrementAndGet();
    }

    /// Notes that nobody waits for an answer any longer.
    void givenUp() {
        waiting.decrementAndGet();
    }

    boolean isSilent(long now) {
        return waiting.get() > 0 && now - heardAt > SILENCE_NANOS;
    }

    @Override
    public String toString() {
        return base;
    }
}
