package io.covenant.gateway.control.store;

/// What operators set cannot be reached now.
public final class StoreAwayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StoreAwayException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
