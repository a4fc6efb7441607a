package io.covenant.benchmarks.transactions;

import java.time.Duration;
import java.util.List;

/// How much is measured.
///
/// @param contestants in the order of the first round; ratios are to the first of them
/// @param concurrency how many orders are under way at once, a figure for each part of the measurement
/// @param rounds of every contestant at every concurrency
/// @param time of one round
/// @param warmUp orders of every contestant before the first round, so that all is compiled that will be
/// @param longestWarmUp when fewer than these are placed in that time, it has to do
/// @param refusalsWarmUp before refusals are measured; more than ten seconds, so that the backend that forced decisions
///                       is idle for long enough to publish the last of them
/// @param keys how many customers and articles the orders are spread over
/// @param soldOutPercent how many of a hundred orders are refused because stock is out
/// @param connections in every pool
record Options(
        List<String> contestants,
        List<Integer> concurrency,
        int rounds,
        Duration time,
        int warmUp,
        Duration longestWarmUp,
        Duration refusalsWarmUp,
        int keys,
        int soldOutPercent,
        int connections) {

    Options {
        contestants = List.copyOf(contestants);
        concurrency = List.copyOf(concurrency);
    }

    Catalogue catalogue() {
        return new Catalogue(keys, soldOutPercent);
    }

    int highestConcurrency() {
        return concurrency.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }
}
