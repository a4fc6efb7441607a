package io.covenant.benchmarks.transactions;

import java.sql.SQLException;
import java.util.OptionalLong;

/// What the platform's coordinators have written into their register.
final class Register {

    private Register() {}

    /// How many transactions have branches that have not confirmed the end.
    static long unfinished(Database coordinator) throws SQLException {
        return coordinator.number("select count(*) from transaction where finished_at is null");
    }

    /// How many transactions it knows that are decided to commit, under whatever protocol. Sagas that never turn back
    /// need no decision of their own, and one under three-phase commit stands in the rows of its sites.
    static OptionalLong commits(Database coordinator) {
        try {
            return OptionalLong.of(coordinator.number("select count(*) from transaction where decision = 'COMMIT'"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
