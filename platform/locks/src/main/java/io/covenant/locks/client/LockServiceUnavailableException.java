package io.covenant.locks.client;

/// No node answered in time. An acquire is taken back by the client; of anything else the outcome is unknown.
public final class LockServiceUnavailableException extends LockException {

    LockServiceUnavailableException(String message) {
        super(message, null);
    }
}
