package io.covenant.gateway.upstream;

import java.io.IOException;

/// An instance broke off before its answer, or what it said was no answer: nobody knows what was done.
final class BrokenOffException extends IOException {

    private static final long serialVersionUID = 1;

    BrokenOffException(String message) {
        super(message);
    }

    /// It tells about a connection, not about this program.
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
