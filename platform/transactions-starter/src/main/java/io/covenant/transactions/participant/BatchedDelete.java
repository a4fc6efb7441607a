package io.covenant.transactions.participant;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// Deletes old rows, a few at a time.
///
/// @param rows that one statement deletes, at the most
public record BatchedDelete(int rows) {

    /// Deletes until nothing old is left.
    ///
    /// @param sql  takes the age in seconds, then how many rows
    /// @param kept how old rows may become
    /// @return how many rows
    public long run(Connection connection, String sql, Duration kept) throws SQLException {
        long deleted = 0;
        try (var delete = connection.prepareStatement(sql)) {
            delete.setLong(1, kept.toSeconds());
            delete.setInt(2, rows);
            int some;
            do {
                some = delete.executeUpdate();
                deleted += some;
            } while (some == rows);
        }
        return deleted;
    }
}
