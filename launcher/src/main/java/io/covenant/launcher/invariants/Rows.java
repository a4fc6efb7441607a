package io.covenant.launcher.invariants;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// The rows of a query.
final class Rows {

    private static final int AT_ONCE = 5000;

    private Rows() {}

    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    @FunctionalInterface
    interface Visitor {
        void visit(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(DataSource database, String sql, Reader<T> reader) throws SQLException {
        var list = new ArrayList<T>();
        each(database, sql, row -> list.add(reader.read(row)));
        return list;
    }

    /// Never holds more than a few thousand of them.
    static void each(DataSource database, String sql, Visitor visitor) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            try (var statement = connection.createStatement()) {
                statement.setFetchSize(AT_ONCE);
                try (ResultSet rows = statement.executeQuery(sql)) {
                    while (rows.next()) {
                        visitor.visit(rows);
                    }
                }
            }
            connection.rollback();
        }
    }
}
