package io.covenant.locks.wire;

/// Waiting; the events of the session tell the end, and so does the same request sent again.
///
/// @param position how many were before it when it was queued
public record Queued(long ticket, int position) {}
