package io.covenant.benchmarks.transactions;

import java.sql.SQLException;

/// What the platform's coordinators have written into their register.
final class Register {

    private Register() {}

    /// How many transactions have branches that have not confirmed the end.
    static long unfinished(Database coordinator) throws SQLException {
        return coordinator.number("select count(*) from transaction where finished_at is null");
    }

    /// How many decisions to commit it holds.
    static long commits(Database coordinator) {
        try {
            return coordinator.number("select count(*) from decision where decision = 'COMMIT'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
