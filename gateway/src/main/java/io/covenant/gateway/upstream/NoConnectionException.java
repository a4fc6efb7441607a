package io.covenant.gateway.upstream;

import java.io.IOException;

/// No connection to an instance was free, and none in time: nothing was sent.
public final class NoConnectionException extends IOException {

    private static final long serialVersionUID = 1;

    NoConnectionException(String message) {
        super(message);
    }

    /// It tells about a request, not about this program.
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
