package io.covenant.locks.spring;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRequest;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.integration.support.locks.ExpirableLockRegistry;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/// Spring Integration's locks on the lock service.
///
/// The client renews the lease of its session as long as it lives, so a time-to-live that a caller names is
/// not used: a lock ends when it is unlocked, or with the session. `renewLock` answers whether it is still
/// held. A lock that was lost makes `unlock` throw a [ConcurrentModificationException], as Spring's own
/// registries do.
///
/// A thread that lost a lock does not enter it again as if it held it still: the first time that it tries to, it is
/// told that it does not get it (`tryLock`) or that it lost it (`lock`). So a leader of Spring's initiator is told that
/// it leads no more, be the lock free by then or not.
public final class LeasedLockRegistry
        implements RenewableLockRegistry<FencedDistributedLock>, ExpirableLockRegistry<FencedDistributedLock> {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedLockRegistry.class);

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
        /// What threads hold, each the last it took last; nothing in it where a thread was told that it lost all of
        /// that.
        private final Map<Thread, Deque<LeasedLock>> held = new ConcurrentHashMap<>();

        private volatile long usedNanos = System.nanoTime();

        Registered(String name) {
            this.name = name;
        }

        private long idleMillis() {
            return held.values().stream().allMatch(Deque::isEmpty)
                    ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - usedNanos)
                    : -1;
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

        /// Whether this thread holds what it lost, and was not told so. From now on it is told.
        private boolean lostUnnoticed() {
            var mine = held.get(Thread.currentThread());
            if (mine == null || mine.stream().noneMatch(LeasedLock::isLost)) {
                return false;
            }
            mine.clear();
            return true;
        }

        private void requireNothingLost() {
            if (lostUnnoticed()) {
                throw lost(null);
            }
        }

        private ConcurrentModificationException lost(@Nullable LockLostException why) {
            return new ConcurrentModificationException(
                    why == null ? "%s was lost while this thread held it".formatted(name) : why.getMessage(), why);
        }

        /// @return whether this thread holds it, and all that it held before
        private boolean take(Optional<LeasedLock> lock) {
            usedNanos = System.nanoTime();
            if (lock.isPresent() && lostUnnoticed()) {
                giveBack(lock.get());
                return false;
            }
            lock.ifPresent(taken -> held.computeIfAbsent(Thread.currentThread(), _ -> new ConcurrentLinkedDeque<>())
                    .addLast(taken));
            return lock.isPresent();
        }

        private void takeOrThrow(LeasedLock lock) {
            if (!take(Optional.of(lock))) {
                throw lost(null);
            }
        }

        private static void giveBack(LeasedLock lock) {
            try {
                lock.release();
            } catch (LockLostException lost) {
                LOG.debug("lost as soon as it was held", lost);
            }
        }

        @Override
        public void lock() {
            requireNothingLost();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        takeOrThrow(client.acquire(name));
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
            requireNothingLost();
            takeOrThrow(client.acquire(name));
        }

        @Override
        public boolean tryLock() {
            try {
                return !lostUnnoticed() && take(client.tryAcquire(name));
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
            return !lostUnnoticed()
                    && take(client.tryAcquire(
                            LockRequest.exclusive(name).waiting(wait.isNegative() ? Duration.ZERO : wait)));
        }

        @Override
        public void unlock() {
            var mine = held.get(Thread.currentThread());
            if (mine == null) {
                throw new IllegalStateException("%s is not held by this thread".formatted(name));
            }
            var lock = mine.pollLast();
            if (mine.isEmpty()) {
                held.remove(Thread.currentThread());
            }
            if (lock == null) {
                throw lost(null);
            }
            usedNanos = System.nanoTime();
            try {
                lock.release();
            } catch (LockLostException why) {
                throw lost(why);
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
