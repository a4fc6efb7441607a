package io.covenant.locks.namespace;

import java.util.List;

/// What became of one log entry.
///
/// @param timeMillis the logical time at which it was applied
public record Result(long index, long timeMillis, Reply reply, List<Event> events) {}
