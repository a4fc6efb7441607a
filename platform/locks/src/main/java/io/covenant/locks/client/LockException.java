package io.covenant.locks.client;

import org.jspecify.annotations.Nullable;

/// Something that a lock client could not do.
public abstract sealed class LockException extends RuntimeException
        permits LockLostException, LockRefusedException, LockServiceUnavailableException, LockTimeoutException {

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
