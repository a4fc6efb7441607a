package io.covenant.simulation.history;

/// A lock that somebody got.
///
/// @param asked   when it was asked for
/// @param granted when the answer came
public record Grant(String lock, String holder, long token, long asked, long granted) {}
