package io.covenant.launcher.postgres;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// PostgreSQL could not be started, stopped or set up; the message is one sentence for the person at the terminal, with
/// the last lines of the server's log beneath it where there is one.
public final class PostgresFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    PostgresFailure(String message) {
        this(message, null);
    }

    PostgresFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static PostgresFailure interrupted(String what) {
        Thread.currentThread().interrupt();
        return new PostgresFailure("interrupted while " + what);
    }
}
