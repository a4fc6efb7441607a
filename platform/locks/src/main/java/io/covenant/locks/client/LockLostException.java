package io.covenant.locks.client;

import org.jspecify.annotations.Nullable;

/// The lock, or the session that would have held it, is gone. Somebody else may hold it already.
public final class LockLostException extends LockException {

    LockLostException(String message) {
        super(message, null);
    }

    LockLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
