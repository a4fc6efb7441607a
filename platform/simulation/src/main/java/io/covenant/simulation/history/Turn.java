package io.covenant.simulation.history;

import java.util.OptionalLong;

/// A place in the queue for a lock, of somebody who did not give up.
///
/// @param asked  when it asked
/// @param queued when it was told that it waits
/// @param token  of its grant; empty when it still waits
public record Turn(String lock, String waiter, long asked, long queued, OptionalLong token) {}
