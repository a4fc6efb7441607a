package io.covenant.transactions.participant;

import java.sql.SQLException;

/// Carries what the database said to `PREPARE TRANSACTION` through Hibernate.
final class PrepareFailedException extends RuntimeException {

    PrepareFailedException(SQLException cause) {
        super(cause);
    }
}
