package io.covenant.gateway.control;

import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.balancing.Topology;
import io.covenant.gateway.control.store.ClusterStore;
import io.covenant.gateway.control.store.StoreAwayException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Follows what is kept in the store, and reports there which version is in use here. While the store is away, what is
/// in use stays.
@Component
final class Follower implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Follower.class);

    private final ClusterStore store;
    private final Services services;
    private final String gateway;
    private final Duration every;
    private final InstantSource clock;
    private final Semaphore wanted = new Semaphore(0);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Thread thread;
    private volatile @Nullable Instant awaySince;

    Follower(
            ClusterStore store,
            Services services,
            Topology topology,
            ControlProperties properties,
            InstantSource clock) {
        this.store = store;
        this.services = services;
        this.gateway = topology.node();
        this.every = properties.follow();
        this.clock = clock;
    }

    /// Since when the store does not answer.
    @Nullable
    Instant awaySince() {
        return awaySince;
    }

    /// Looks now instead of later.
    void hurry() {
        wanted.release();
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("cluster-settings").start(this::follow);
    }

    @Override
    public void stop() {
        var running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void follow() {
        while (true) {
            try {
                look();
                boolean _ = wanted.tryAcquire(every.toNanos(), TimeUnit.NANOSECONDS);
                wanted.drainPermits();
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void look() {
        try {
            var _ = alone(() -> {
                var stored = store.all().stream()
                        .collect(Collectors.toMap(ClusterStore.Stored::service, Function.identity()));
                services.all().forEach(service -> take(service, stored.get(service.name())));
                return true;
            });
            report();
            if (awaySince != null) {
                log.info("what operators set can be reached again");
                awaySince = null;
            }
        } catch (StoreAwayException away) {
            if (awaySince == null) {
                log.warn("what operators set cannot be reached; what is in use stays: {}", away.getMessage());
                awaySince = clock.instant();
            }
        } catch (RuntimeException unreadable) {
            log.error("what operators set cannot be read; what is in use stays", unreadable);
        }
    }

    /// Nothing that is read here or set here overtakes the other.
    <T> T alone(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /// @param stored `null` when no operator ever said anything
    void take(Service service, ClusterStore.@Nullable Stored stored) {
        if (stored == null) {
            if (service.follow(service.configured(), 0)) {
                log.warn("{} follows its configuration again: nothing else is kept", service.name());
            }
        } else if (service.follow(stored.settings(), stored.version())) {
            log.info(
                    "{} follows version {}, set by {}: {}",
                    service.name(),
                    stored.version(),
                    stored.changedBy(),
                    stored.settings());
        }
    }

    private void report() {
        var versions = new TreeMap<String, Long>();
        services.all().forEach(service -> versions.put(service.name(), service.version()));
        store.report(gateway, versions, clock.instant());
    }
}
