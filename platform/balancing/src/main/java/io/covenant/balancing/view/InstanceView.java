package io.covenant.balancing.view;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One instance for operators.
///
/// @param warmth      the percentage of its weight that it has grown into
/// @param shareDue    what it should get by its weight, from 0 to 1
/// @param shareActual what it got of the picks of the last ten to twenty seconds (one to two intervals)
/// @param picks       since it joined
/// @param latency     peak-sensitive mean
/// @param failures    how likely a failure is, from 0 to 1
/// @param outcomes    how many requests ended how, since it joined
/// @param ejections   how many are remembered: the next one lasts so many times longer
public record InstanceView(
        String id,
        String address,
        String zone,
        int weight,
        InstanceState state,
        int warmth,
        double shareDue,
        double shareActual,
        long picks,
        int inFlight,
        Duration latency,
        double failures,
        Map<String, Long> outcomes,
        int ejections,
        @Nullable EjectionView ejection) {}
