package io.covenant.gateway.limits;

import io.covenant.gateway.limits.postgres.PostgresBuckets;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/// What gateways count together, asked for on virtual threads, so many at a time and for so long.
///
/// The first question that is not answered in time is the last for the moment: from then on this gateway counts alone,
/// until [RateWatch] finds that it need not.
final class SharedRates {

    private final PostgresBuckets buckets;
    private final RateStanding standing;
    private final Semaphore places;
    private final Duration patience;
    private final Counter alone;

    SharedRates(PostgresBuckets buckets, RateStanding standing, RateProperties properties, MeterRegistry meters) {
        this.buckets = buckets;
        this.standing = standing;
        this.places = new Semaphore(properties.connections());
        this.patience = properties.patience();
        this.alone = Counter.builder("covenant.gateway.rate.alone")
                .description("requests that this gateway counted alone, though rates are shared")
                .register(meters);
    }

    /// Since when this gateway counts alone.
    @Nullable
    Instant awaySince() {
        return standing.awaySince();
    }

    /// Takes one request from a bucket of all gateways; completes empty where it could not be counted, and is then
    /// counted by this gateway alone.
    ///
    /// @param loop where the answer is wanted, in whichever way it comes
    Mono<ConsumptionProbe> take(String name, BucketConfiguration limit, Scheduler loop) {
        return Mono.defer(() -> {
            if (!standing.isTogether()) {
                alone.increment();
                return Mono.empty();
            }
            return Mono.fromFuture(asked(name, limit), true)
                    .timeout(patience, loop)
                    .publishOn(loop)
                    .onErrorResume(failed -> {
                        standing.lost(failed);
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

    /// Waits for the answer, which may come later than anybody is patient.
    ConsumptionProbe answered(String name, BucketConfiguration limit) throws InterruptedException, TimeoutException {
        if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException();
        }
        try {
            return buckets.take(name, limit);
        } finally {
            places.release();
        }
    }
}
