package io.covenant.locks.spring;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import net.javacrumbs.shedlock.core.AbstractSimpleLock;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;

/// ShedLock's locks on the lock service. `lockAtLeastFor` keeps a lock after the work; `lockAtMostFor` is
/// not needed: the lease ends with the instance.
final class ShedLocks implements LockProvider {

    private static final AtomicLong STRANDS = new AtomicLong(1L << 49);

    private final LockClient client;
    private final InstantSource clock;

    ShedLocks(LockClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public Optional<SimpleLock> lock(LockConfiguration configuration) {
        try {
            var request = LockRequest.exclusive("shedlock/" + configuration.getName())
                    .trying()
                    .strand(STRANDS.incrementAndGet());
            return client.tryAcquire(request).map(lock -> new Held(configuration, lock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private final class Held extends AbstractSimpleLock {

        private final LeasedLock lock;

        Held(LockConfiguration configuration, LeasedLock lock) {
            super(configuration);
            this.lock = lock;
        }

        @Override
        protected void doUnlock() {
            var left = Duration.between(clock.instant(), lockConfiguration.getLockAtLeastUntil());
            if (left.isPositive()) {
                Thread.ofVirtual()
                        .name("shedlock-" + lockConfiguration.getName())
                        .start(() -> {
                            try {
                                Thread.sleep(left);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            lock.release();
                        });
            } else {
                lock.release();
            }
        }
    }
}
