package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// What a request wants of one name.
///
/// @param permits  with the mode PERMITS only
/// @param capacity of the semaphore, with the mode PERMITS only; the first to ask determines it
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Want(
        String name,
        LockMode mode,
        @Nullable Integer permits,
        @Nullable Integer capacity) {
    public static Want exclusive(String name) {
        return new Want(name, LockMode.EXCLUSIVE, null, null);
    }

    public static Want shared(String name) {
        return new Want(name, LockMode.SHARED, null, null);
    }

    public static Want permits(String name, int permits, int capacity) {
        return new Want(name, LockMode.PERMITS, permits, capacity);
    }

    public static Want leadership(String name) {
        return new Want(name, LockMode.LEADER, null, null);
    }
}
