package io.covenant.launcher.load;

import java.time.Duration;
import java.util.List;

/// How much is ordered, and how.
///
/// @param orders at most so many
/// @param concurrency so many at the same time
/// @param duration at most for so long
/// @param patience how long one order may take to be known
/// @param cancelPercent how many of a hundred confirmed orders are cancelled again
/// @param seed of what is random: customers, articles, quantities, protocols
/// @param protocols by which of these, as `two-phase`, each order is committed; as configured when there is none
public record LoadPlan(
        int orders,
        int concurrency,
        Duration duration,
        Duration patience,
        int cancelPercent,
        long seed,
        List<String> protocols) {

    public LoadPlan {
        if (orders < 1 || concurrency < 1 || cancelPercent < 0 || cancelPercent > 100) {
            throw new IllegalArgumentException("a load needs orders, somebody who places them, and percents");
        }
        protocols = List.copyOf(protocols);
    }

    /// So many orders, eight at the same time, a tenth of them cancelled again.
    public static LoadPlan of(int orders) {
        return new LoadPlan(orders, 8, Duration.ofHours(1), Duration.ofSeconds(60), 10, System.nanoTime(), List.of());
    }

    /// The same with another patience for one order.
    public LoadPlan withPatience(Duration time) {
        return new LoadPlan(orders, concurrency, duration, time, cancelPercent, seed, protocols);
    }

    /// The same with another number at the same time.
    public LoadPlan withConcurrency(int number) {
        return new LoadPlan(orders, number, duration, patience, cancelPercent, seed, protocols);
    }

    /// The same, committed by any of these protocols.
    public LoadPlan under(List<String> any) {
        return new LoadPlan(orders, concurrency, duration, patience, cancelPercent, seed, any);
    }

    /// The same, ending after a time even when not all is ordered.
    public LoadPlan forAtMost(Duration time) {
        return new LoadPlan(orders, concurrency, time, patience, cancelPercent, seed, protocols);
    }
}
