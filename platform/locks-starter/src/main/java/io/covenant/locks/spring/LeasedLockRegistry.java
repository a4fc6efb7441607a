package io.covenant.locks.spring;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.springframework.integration.support.locks.ExpirableLockRegistry;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/// Spring Integration's locks on the lock service.
///
/// The client renews the lease of its session as long as it lives, so a time-to-live that a caller names is
/// not used: a lock ends when it is unlocked, or with the session. `renewLock` answers whether it is still
/// held. A lock that was lost makes `unlock` throw a [ConcurrentModificationException], as Spring's own
/// registries do.
public final class LeasedLockRegistry
        implements RenewableLockRegistry<FencedDistributedLock>, ExpirableLockRegistry<FencedDistributedLock> {

    private final LockClient client;
    private final String prefix;
    /// Locks keep nothing but what threads hold; this only saves making them anew.
    private final Map<String, Registered> locks = new ConcurrentHashMap<>();

    /// @param prefix before every key
    public LeasedLockRegistry(LockClient client, String prefix) {
        this.client = client;
        this.prefix = prefix;
    }

    @Override
    public FencedDistributedLock obtain(Object key) {
        return locks.computeIfAbsent(prefix + key, Registered::new);
    }

    @Override
    public void renewLock(Object key) {
        var lock = locks.get(prefix + key);
        var held = lock == null ? null : lock.innermost();
        if (held == null) {
            throw new IllegalStateException("%s is not held by this thread".formatted(key));
        }
        held.requireValid();
    }

    /// The lease is the session's, and longer than asked for or renewed anyway.
    @Override
    public void renewLock(Object key, Duration ttl) {
        renewLock(key);
    }

    @Override
    public void expireUnusedOlderThan(long age) {
        locks.values().removeIf(lock -> lock.idleMillis() > age);
    }

    private final class Registered implements FencedDistributedLock {

        private final String name;
        private final Map<Thread, Deque<LeasedLock>> held = new ConcurrentHashMap<>();
        private volatile long usedNanos = System.nanoTime();

        Registered(String name) {
            this.name = name;
        }

        private long idleMillis() {
            return held.isEmpty() ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - usedNanos) : -1;
        }

        private @Nullable LeasedLock innermost() {
            var mine = held.get(Thread.currentThread());
            return mine == null ? null : mine.peekLast();
        }

        private LeasedLock current() {
            var lock = innermost();
            if (lock == null) {
                throw new IllegalStateException("%s is not held by this thread".formatted(name));
            }
            return lock;
        }

        private boolean take(Optional<LeasedLock> lock) {
            usedNanos = System.nanoTime();
            lock.ifPresent(taken -> held.computeIfAbsent(Thread.currentThread(), _ -> new ArrayDeque<>())
                    .addLast(taken));
            return lock.isPresent();
        }

        @Override
        public void lock() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        take(Optional.of(client.acquire(name)));
                        return;
                    } catch (InterruptedException _) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void lock(Duration ttl) {
            lock();
        }

        @Override
        public void lockInterruptibly() throws InterruptedException {
            take(Optional.of(client.acquire(name)));
        }

        @Override
        public boolean tryLock() {
            try {
                return take(client.tryAcquire(name));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
            return tryLock(Duration.of(time, unit.toChronoUnit()), Duration.ZERO);
        }

        @Override
        public boolean tryLock(Duration wait, Duration ttl) throws InterruptedException {
            return take(
                    client.tryAcquire(LockRequest.exclusive(name).waiting(wait.isNegative() ? Duration.ZERO : wait)));
        }

        @Override
        public void unlock() {
            var mine = held.get(Thread.currentThread());
            if (mine == null) {
                throw new IllegalStateException("%s is not held by this thread".formatted(name));
            }
            var lock = mine.removeLast();
            if (mine.isEmpty()) {
                held.remove(Thread.currentThread());
            }
            usedNanos = System.nanoTime();
            try {
                lock.release();
            } catch (LockLostException lost) {
                throw new ConcurrentModificationException(lost.getMessage(), lost);
            }
        }

        @Override
        public Condition newCondition() {
            throw new UnsupportedOperationException("a distributed lock has no conditions");
        }

        @Override
        public long token() {
            return current().token();
        }

        @Override
        public String sequencer() {
            return current().sequencer();
        }

        @Override
        public String toString() {
            return "LeasedLock " + name;
        }
    }
}
