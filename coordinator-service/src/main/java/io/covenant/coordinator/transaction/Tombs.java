package io.covenant.coordinator.transaction;

import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Locks that keep a saga from being begun, or an attempt under three-phase commit from being pre-committed, at the
/// moment at which a decision about nothing is written: of the two, the later one sees the earlier one. They are held
/// until the database transaction ends.
final class Tombs {

    private Tombs() {}

    static void lock(Connection connection, List<TransactionId> ids) throws SQLException {
        try (var statement = connection.prepareStatement("""
                select pg_advisory_xact_lock(7237002, key)
                from (select distinct hashtext(id::text) as key from unnest(?::uuid[]) as i (id) order by key) keys
                """)) {
            Rows.set(statement, 1, "uuid", ids, TransactionId::value);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    // only the locks count
                }
            }
        }
    }
}
