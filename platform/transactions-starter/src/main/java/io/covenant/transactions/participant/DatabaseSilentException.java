package io.covenant.transactions.participant;

import java.sql.SQLException;
import org.springframework.dao.DataAccessResourceFailureException;

/// The participant's database did not answer.
public final class DatabaseSilentException extends DataAccessResourceFailureException {

    public DatabaseSilentException(String message, SQLException cause) {
        super(message, cause);
    }
}
