package io.covenant.benchmarks.gateway;

/// What a proxy holds in memory.
///
/// @param beforeKibibytes resident, after all rounds
/// @param withKibibytes and while so many connections are open and each is used now and then
record Memory(String contestant, int connections, long beforeKibibytes, long withKibibytes) {}
