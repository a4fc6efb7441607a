package io.covenant.simulation;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/// Many seeds of one story, played on all processors.
///
/// @param first the first seed
/// @param last  the last seed
public record Campaign(long first, long last) {

    /// @param seed   the lowest seed that failed, however the threads ran
    /// @param thrown what its story threw
    public record Failure(long seed, Throwable thrown) {

        private static Failure lower(Failure one, Failure other) {
            return one.seed <= other.seed ? one : other;
        }
    }

    /// The seeds from 1.
    public static Campaign of(long seeds) {
        return new Campaign(1, seeds);
    }

    /// As many seeds, from another one on.
    Campaign from(long seed) {
        return new Campaign(seed, seed + last - first);
    }

    /// As many seeds as the system properties want, see [Seeds].
    static Campaign configured(int seeds) {
        var one = Long.getLong("simulation.seed");
        return one != null
                ? new Campaign(one, one)
                : of(Math.max(1, (long) seeds * Long.getLong("simulation.seeds", Seeds.STANDARD) / Seeds.STANDARD))
                        .from(Long.getLong("simulation.first", 1));
    }

    /// @throws AssertionError for the lowest seed that fails
    public void run(LongConsumer story) {
        firstFailure(story).ifPresent(failure -> {
            throw new AssertionError(
                    "seed %d failed; to see only this: -Dsimulation.seed=%1$d%n%s"
                            .formatted(failure.seed(), failure.thrown().getMessage()),
                    failure.thrown());
        });
    }

    /// Stops when all seeds below a failing one are played.
    public Optional<Failure> firstFailure(LongConsumer story) {
        var next = new AtomicLong(first);
        var failure = new AtomicReference<>(new Failure(Long.MAX_VALUE, new AssertionError("none")));
        var threads = (int) Math.min(Runtime.getRuntime().availableProcessors(), last - first + 1);
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (var i = 0; i < threads; i++) {
                pool.execute(() -> play(story, next, failure));
            }
        }
        return Optional.of(failure.get()).filter(lowest -> lowest.seed() < Long.MAX_VALUE);
    }

    private void play(LongConsumer story, AtomicLong next, AtomicReference<Failure> failure) {
        while (true) {
            var seed = next.getAndIncrement();
            if (seed > last || seed > failure.get().seed()) {
                return;
            }
            try {
                story.accept(seed);
            } catch (RuntimeException | Error thrown) {
                failure.accumulateAndGet(new Failure(seed, thrown), Failure::lower);
            }
        }
    }
}
