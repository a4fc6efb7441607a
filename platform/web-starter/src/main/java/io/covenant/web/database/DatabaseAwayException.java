package io.covenant.web.database;

/// The database has not answered for as long as the service waits; ends the start-up.
public final class DatabaseAwayException extends RuntimeException {

    private final String fix;

    DatabaseAwayException(String problem, String fix, Throwable cause) {
        super(problem, cause);
        this.fix = fix;
    }

    /// What to do about it.
    public String fix() {
        return fix;
    }
}
