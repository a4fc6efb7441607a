package io.covenant.balancing.view;

/// One instance as a pick found it.
///
/// @param inFlight with the request itself, if it was picked
/// @param failures how likely a failure is, from 0 to 1
/// @param verdict  why it was not picked, or that it was
public record Considered(String id, int weight, int inFlight, long latencyNanos, double failures, String verdict) {}
