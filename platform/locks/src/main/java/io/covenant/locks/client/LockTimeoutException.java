package io.covenant.locks.client;

/// The wait is over without a grant.
public final class LockTimeoutException extends LockException {

    LockTimeoutException(String message) {
        super(message, null);
    }
}
