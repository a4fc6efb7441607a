package io.covenant.launcher;

import java.io.Serial;

/// What was asked for cannot be done; the message is for the person at the terminal and says how to help it.
public final class LauncherFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /// A failure to be shown as it is.
    public LauncherFailure(String message) {
        super(message);
    }

    /// A failure to be shown as it is, with what caused it for the curious.
    public LauncherFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
