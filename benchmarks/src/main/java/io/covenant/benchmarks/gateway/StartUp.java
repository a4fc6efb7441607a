package io.covenant.benchmarks.gateway;

import java.time.Duration;

/// How long an application takes from the start of its process to its first good answer, medians.
///
/// @param cpu until then
/// @param cacheMebibytes 0 where it started without
record StartUp(String contestant, Duration time, Duration cpu, long cacheMebibytes) {}
