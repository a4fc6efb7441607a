package io.covenant.gateway.limits;

import io.covenant.gateway.limits.postgres.PostgresBuckets;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/// What gateways count together, asked for on virtual threads, so many at a time and for so long.
///
/// The first question that is not answered in time is the last for the moment: it is away, and gateways count alone,
/// until one question of its own, asked once a second, is answered in time.
final class SharedRates implements SmartLifecycle, HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(SharedRates.class);

    private static final Status ALONE = new Status("ALONE", "each gateway counts for itself");
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
    private final String gateway;
    private final Semaphore places;
    private final Duration patience;
    private final InstantSource clock;
    private final Counter alone;
    private final Semaphore stopped = new Semaphore(0);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Instant awaySince;
    private boolean told;

    SharedRates(
            PostgresBuckets buckets,
            RateProperties properties,
            String gateway,
            InstantSource clock,
            MeterRegistry meters) {
        this.buckets = buckets;
        this.gateway = gateway;
        this.places = new Semaphore(properties.connections());
        this.patience = properties.patience();
        this.clock = clock;
        this.awaySince = clock.instant(); // until it was there once
        this.alone = Counter.builder("covenant.gateway.rate.alone")
                .description("requests that this gateway counted alone, though rates are shared")
                .register(meters);
        Gauge.builder("covenant.gateway.rate.away", this, rates -> rates.awaySince() == null ? 0 : 1)
                .description("1 while this gateway counts alone, though rates are shared")
                .register(meters);
    }

    /// Since when this gateway counts alone.
    @Nullable
    Instant awaySince() {
        return awaySince;
    }

    /// Takes one request from a bucket of all gateways; completes empty where it could not be counted, and is then
    /// counted by this gateway alone.
    ///
    /// @param loop where the answer is wanted, in whichever way it comes
    Mono<ConsumptionProbe> take(String name, BucketConfiguration limit, Scheduler loop) {
        return Mono.defer(() -> {
            if (awaySince != null) {
                alone.increment();
                return Mono.empty();
            }
            return Mono.fromFuture(asked(name, limit), true)
                    .timeout(patience, loop)
                    .publishOn(loop)
                    .onErrorResume(failed -> {
                        lost(failed);
                        alone.increment();
                        return Mono.empty();
                    });
        });
    }

    private CompletableFuture<ConsumptionProbe> asked(String name, BucketConfiguration limit) {
        var answer = new CompletableFuture<ConsumptionProbe>();
        Thread.ofVirtual().name("rates").start(() -> {
            try {
                answer.complete(answered(name, limit));
            } catch (Exception failed) {
                answer.completeExceptionally(failed);
            }
        });
        return answer;
    }

    private ConsumptionProbe answered(String name, BucketConfiguration limit)
            throws InterruptedException, TimeoutException {
        if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException();
        }
        try {
            return buckets.take(name, limit);
        } finally {
            places.release();
        }
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
                if (awaySince != null) {
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
            var _ = answered("gateway " + gateway, TRIAL);
            if (System.nanoTime() - asked > patience.toNanos()) {
                throw new TimeoutException();
            }
            found();
        } catch (TimeoutException | RuntimeException failed) {
            lost(failed);
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

    private synchronized void lost(Throwable why) {
        if (awaySince == null) {
            awaySince = clock.instant();
        }
        if (!told) {
            told = true;
            log.warn(
                    "rates cannot be counted together; until they can, this gateway counts alone, by the same limits: {}",
                    why instanceof TimeoutException ? "no answer within " + patience : why.getMessage());
        }
    }

    private synchronized void found() {
        awaySince = null;
        told = false;
        log.info("rates are counted together with all gateways of this database");
    }

    /// Up as ever where gateways count alone: they serve, and nobody passes without a limit.
    @Override
    public Health health() {
        var since = awaySince;
        return since == null
                ? Health.up().build()
                : Health.status(ALONE).withDetail("awaySince", since).build();
    }
}
