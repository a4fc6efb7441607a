package io.covenant.simulation.history;

/// The time in which somebody took itself for the holder of an exclusive lock.
///
/// @param from  when its grant reached it
/// @param until when it gave the lock back, or from when on its own clock told it that it held it no
///              longer; for ever, `Long.MAX_VALUE`
public record Tenure(String lock, String holder, long token, long from, long until) {}
