package io.covenant.benchmarks.transactions;

import java.sql.SQLException;

/// What the platform's coordinators have written into their register.
final class Register {

    private Register() {}

    /// How many decisions to commit it holds.
    static long commits(Database coordinator) {
        try {
            return coordinator.number("select count(*) from decision where decision = 'COMMIT'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
