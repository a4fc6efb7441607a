package io.covenant.benchmarks.locks;

import java.time.Duration;

/// What sessions cost that do nothing but live.
///
/// @param cpuPerSecond of all servers, while nothing else is asked
/// @param cpuPerSecondWithout the same before there were any
/// @param memoryKibibytes by which the servers' resident memory grew with them
/// @param pairsPerSecond of some clients beside them
/// @param pairsPerSecondWithout of the same clients before
record Idle(
        String contestant,
        int sessions,
        Duration cpuPerSecond,
        Duration cpuPerSecondWithout,
        long memoryKibibytes,
        double pairsPerSecond,
        double pairsPerSecondWithout) {}
