package io.covenant.coordinator.transaction;

/// The database behind the store does not answer. What was asked of it may have happened or not.
public final class StoreUnavailableException extends RuntimeException {

    StoreUnavailableException(Throwable cause) {
        super("the database of the coordinators does not answer: " + cause.getMessage(), cause);
    }
}
