package io.covenant.gateway.upstream;

import java.io.IOException;

/// An instance and the gateway did not come to believe each other, or not in time: nothing was sent.
public final class HandshakeFailedException extends IOException {

    private static final long serialVersionUID = 1;

    HandshakeFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /// It tells about a connection, not about this program.
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
