package io.covenant.gateway.limits;

import io.covenant.gateway.limits.postgres.PostgresBuckets;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Looks after the rates that gateways share, once a second: whether the database is back, when it was away; and
/// every ten seconds for buckets that are full again, which are removed.
final class RateWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(RateWatch.class);

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int LOOKS_TO_PURGE = 10;
    private static final int PURGED_AT_ONCE = 1_000;
    private static final int MOST_PURGES = 100;
    private static final BucketConfiguration TRIAL = BucketConfiguration.builder()
            .addLimit(Bandwidth.builder()
                    .capacity(1_000)
                    .refillGreedy(1_000, Duration.ofSeconds(1))
                    .build())
            .build();

    private final PostgresBuckets buckets;
    private final SharedRates rates;
    private final RateStanding standing;
    private final String gateway;
    private final Duration patience;
    private final Semaphore stopped = new Semaphore(0);
    private volatile @Nullable Thread thread;

    RateWatch(PostgresBuckets buckets, SharedRates rates, RateStanding standing, String gateway, Duration patience) {
        this.buckets = buckets;
        this.rates = rates;
        this.standing = standing;
        this.gateway = gateway;
        this.patience = patience;
    }

    @Override
    public void start() {
        stopped.drainPermits();
        thread = Thread.ofVirtual().name("shared-rates").start(this::watch);
    }

    @Override
    public void stop() {
        thread = null;
        stopped.release();
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void watch() {
        int looks = 0;
        try {
            do {
                if (!standing.isTogether()) {
                    tryAgain();
                } else if (++looks % LOOKS_TO_PURGE == 0) {
                    purge();
                }
            } while (!stopped.tryAcquire(EVERY.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryAgain() throws InterruptedException {
        try {
            buckets.migrate();
            long asked = System.nanoTime();
            var _ = rates.answered("gateway " + gateway, TRIAL);
            if (System.nanoTime() - asked > patience.toNanos()) {
                throw new TimeoutException();
            }
            standing.found();
        } catch (TimeoutException | RuntimeException failed) {
            standing.lost(failed);
        }
    }

    private void purge() {
        try {
            for (int i = 0; i < MOST_PURGES && buckets.purge(PURGED_AT_ONCE) == PURGED_AT_ONCE; i++) {
                // the rest
            }
        } catch (RuntimeException failed) {
            log.info("rates that are full again could not be removed now: {}", failed.getMessage());
        }
    }
}
