package io.covenant.locks.client;

import org.jspecify.annotations.Nullable;

/// Work that is done under a lock.
@FunctionalInterface
public interface GuardedWork<T extends @Nullable Object, E extends Exception> {

    /// @param lock whose token every write to the resource should carry
    T run(LeasedLock lock) throws E, InterruptedException;
}
