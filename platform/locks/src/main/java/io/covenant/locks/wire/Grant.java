package io.covenant.locks.wire;

/// A name that is held.
///
/// @param token     of the first grant, when the owner held the name before
/// @param sequencer what the holder shows to others
/// @param holds     how often the owner holds it now
public record Grant(String name, LockMode mode, long token, String sequencer, int holds) {}
